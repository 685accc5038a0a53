export * from "./generated";
export * from "./addresses";
export * from "./book";
export * from "./pyth";
export * from "./wide";
