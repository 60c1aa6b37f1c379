export type Later = number;
