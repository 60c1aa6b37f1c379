// expect biome noDefaultExport
export default 1;
