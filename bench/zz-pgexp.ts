import pg from "pg"; import { Readable } from "node:stream"; import { pipeline } from "node:stream/promises"; import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { startPostgres } from "/work/main/test/support/postgres-server.ts";
import { startLogServer } from "/work/main/bench/support/log-server-process.ts";
import { startListener } from "/work/main/bench/support/listener-process.ts";
const COLS="occurred_at, size_micros, cash_micros, fee_micros, block_number, log_index, wallet_key, counterparty_key, token_key, known_delay_ms, match_log_index, traits, order_hash, tx_hash";
const S=["fsync=on","synchronous_commit=on","full_page_writes=on","shared_buffers=512MB","max_wal_size=4GB","max_connections=100"];
const server=(await startPostgres(S))!;
try{
const node=await startLogServer({blocks:3000,fills:100,empty:1000}); const l=await startListener(node,server.url); await l.stop(); await node.stop();
const c=new pg.Client({connectionString:server.url}); await c.connect();
const dump=async(fmt:string)=>{const out:Buffer[]=[];for await(const p of c.query(copyTo(`COPY (SELECT ${COLS} FROM flow.fill_packed ORDER BY block_number, log_index) TO STDOUT ${fmt}`))) out.push(p as Buffer); return out;};
// one CopyData message per row
const text=await dump(""), bin=await dump("(FORMAT binary)"); const src=Buffer.concat(text); const offs=[0]; for(let i=src.indexOf(10);i>=0;i=src.indexOf(10,i+1)) offs.push(i+1); const N=offs.length-1; console.log("rows",N,"bin msgs",bin.length);
let header:Buffer, rows:Buffer[]; { const all=Buffer.concat(bin); header=all.subarray(0,19); const body=all.subarray(19); const W=184; rows=[]; for(let i=0;i<N;i++) rows.push(body.subarray(i*W,(i+1)*W)); console.log("rest",body.length-N*W); }
const TR=Buffer.from([0xff,0xff]);
const chunks=(b:Buffer)=>{const r=[];for(let i=0;i<b.length;i+=65536)r.push(b.subarray(i,i+65536));return r;};
const textBatch=(a:number,b:number)=>chunks(src.subarray(offs[a],offs[b]));
const binBatch=(a:number,b:number)=>chunks(Buffer.concat([header,...rows.slice(a,b),TR]));
await c.query(`CREATE TABLE act (LIKE flow.wallet_activity INCLUDING ALL) WITH (fillfactor=80)`);
const fn=(name:string,body:string)=>c.query(`CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN ${body} RETURN NULL; END$$`);
const UPSERT=`INSERT INTO act AS a SELECT wallet_key, count(*), sum(cash_micros), min(occurred_at), max(occurred_at) FROM changed GROUP BY wallet_key ON CONFLICT (wallet_key) DO UPDATE SET total_trades=a.total_trades+excluded.total_trades, volume_micros=a.volume_micros+excluded.volume_micros, first_trade_at=least(a.first_trade_at,excluded.first_trade_at), last_trade_at=greatest(a.last_trade_at,excluded.last_trade_at);`;
await fn("t_up",UPSERT); await fn("t_none","");
await fn("t_agg","PERFORM wallet_key, count(*), sum(cash_micros), min(occurred_at), max(occurred_at) FROM changed GROUP BY wallet_key;");
const run=async(name:string,{fmt,leaf,trig,batch,unlogged}:{fmt:"text"|"binary",leaf:boolean,trig:string|null,batch:number,unlogged?:boolean})=>{
 await c.query("DROP TABLE IF EXISTS tgt; TRUNCATE act"); await c.query("CREATE TABLE tgt (LIKE flow.fill_packed INCLUDING ALL) PARTITION BY RANGE (block_number)"); await c.query("CREATE TABLE tgt1 PARTITION OF tgt FOR VALUES FROM (90000000) TO (90050000)");
 if(trig) await c.query(`CREATE TRIGGER x AFTER INSERT ON ${leaf?"tgt1":"tgt"} REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION ${trig}()`);
 await c.query("CHECKPOINT"); const t=performance.now();
 for(let a=0;a<N;a+=batch){ const parts=fmt==="text"?textBatch(a,Math.min(N,a+batch)):binBatch(a,Math.min(N,a+batch)); await c.query("BEGIN"); await pipeline(Readable.from(parts),c.query(copyFrom(`COPY ${leaf?"tgt1":"tgt"} (${COLS}) FROM STDIN ${fmt==="binary"?"(FORMAT binary)":""}`))); await c.query("COMMIT"); }
 const us=(performance.now()-t)*1000/N; console.log(name.padEnd(44),us.toFixed(2),"us/row"); return us; };

const AGG="SELECT wallet_key, count(*) AS n, sum(cash_micros) AS cash, min(occurred_at) AS oldest, max(occurred_at) AS newest FROM changed GROUP BY wallet_key";
await fn("t_upd",`WITH delta AS MATERIALIZED (${AGG}), known AS (UPDATE act AS a SET total_trades=a.total_trades+d.n, volume_micros=a.volume_micros+d.cash, first_trade_at=least(a.first_trade_at,d.oldest), last_trade_at=greatest(a.last_trade_at,d.newest) FROM delta d WHERE a.wallet_key=d.wallet_key RETURNING a.wallet_key)
 INSERT INTO act AS a SELECT * FROM delta WHERE NOT EXISTS (SELECT FROM known WHERE known.wallet_key=delta.wallet_key) ON CONFLICT (wallet_key) DO UPDATE SET total_trades=a.total_trades+excluded.total_trades, volume_micros=a.volume_micros+excluded.volume_micros, first_trade_at=least(a.first_trade_at,excluded.first_trade_at), last_trade_at=greatest(a.last_trade_at,excluded.last_trade_at);`);
for(const ff of [80,50]) for(let r=0;r<2;r++){
 await c.query(`ALTER TABLE act SET (fillfactor=${ff})`); console.log("fillfactor",ff);
 await run("text parent no trigger one copy",{fmt:"text",leaf:false,trig:null,batch:N});
 for(const b of [2000,6600,20000]){ await run("binary parent none "+b,{fmt:"binary",leaf:false,trig:null,batch:b});
 await run("binary parent upsert "+b,{fmt:"binary",leaf:false,trig:"t_up",batch:b});
 await run("binary parent update+insert "+b,{fmt:"binary",leaf:false,trig:"t_upd",batch:b}); }
}
await c.end();
} finally { await server.stop(); }
