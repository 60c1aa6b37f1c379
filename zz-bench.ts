import { createBlockMaker, FIRST_BLOCK, isFill } from "./bench/support/v2-logs.ts";
import { parseLog } from "./src/adapters/polygon/rpc-schemas.ts";
import { decodeFill } from "./src/core/chain/decode-fill.ts";
const chunks:string[]=[];
for(let c=0;c<60;c++){ const mk=createBlockMaker(c+1); const logs:any[]=[]; for(let b=0;logs.length<1000;b++) logs.push(...mk(FIRST_BLOCK+c*1000+b,100).filter(isFill)); chunks.push(JSON.stringify(logs.slice(0,1000))); }
const mn=[9e9,9e9,9e9]; for(let r=0;r<30;r++){ let p=0,e=0,d=0;
 for(const text of chunks){ let t=performance.now(); const logs=JSON.parse(text); p+=performance.now()-t; t=performance.now(); const raw=logs.map((l:any)=>parseLog(l).log); e+=performance.now()-t; t=performance.now(); const out=[]; for(const l of raw) out.push(decodeFill(l)); d+=performance.now()-t; }
 for(const [i,x] of [p,e,d].entries()) mn[i]=Math.min(mn[i]!,x/60); } console.log("min", mn, mn[2]!/mn[0]!);
