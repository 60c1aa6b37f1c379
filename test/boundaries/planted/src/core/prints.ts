// expect tsc TS2584|TS2304
export const tell = (text: string): void => console.log(text);
