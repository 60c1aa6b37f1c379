declare const brand: unique symbol;

/** A `Base` that was parsed or computed as a `Name`; erased at run time. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
