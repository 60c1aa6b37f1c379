export type Geoblock = { readonly blocked: boolean; readonly country: string; readonly region: string };

/** Whether the venue may be used from where we are. @throws TransientError, RejectedError, PayloadError, AbortedError */
export type VenueAccess = { geoblock(signal: AbortSignal): Promise<Geoblock> };
