export const table = "flow.fill";
