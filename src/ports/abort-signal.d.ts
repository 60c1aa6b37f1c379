/**
 * The one platform type that ports speak of. This layer sees no platform library, so what it needs is declared here;
 * in the layers above it merges with the platform's own.
 */
interface AbortSignal {
  readonly aborted: boolean;
}
