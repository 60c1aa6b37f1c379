import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type TcpProxy = {
  readonly port: number;
  /** Where new connections go. */
  target(port: number): void;
  connections(): number;
  /** Ends every connection at once, as a network does: without a word. */
  drop(): void;
  /** Whether new connections are taken; those that are not are ended at once. */
  refuse(isRefusing: boolean): void;
  /** Connections stay open, but nothing passes any more on those that exist now. */
  freeze(): void;
  /** The next `times` answers break off after this many bytes, and their connection with them. */
  cutAnswers(times: number, afterBytes: number): void;
  cutsLeft(): number;
  stop(): Promise<void>;
};

type Pair = { readonly near: Socket; readonly far: Socket };

/** A cable between a client and a server on this machine, to be pulled. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let to = targetPort;
  let isRefusing = false;
  let cut = { times: 0, afterBytes: 0 };

  const end = (pair: Pair): void => {
    pairs.delete(pair);
    pair.near.destroy();
    pair.far.destroy();
  };
  const server = createServer((near) => {
    if (isRefusing) {
      near.destroy();
      return;
    }
    const far = connect(to, "127.0.0.1");
    const pair = { near, far };
    pairs.add(pair);
    for (const socket of [near, far]) {
      socket.on("error", () => end(pair));
      socket.on("close", () => end(pair));
    }
    near.on("data", (piece) => far.write(piece));
    far.on("data", (piece) => {
      if (cut.times === 0 || piece.length <= cut.afterBytes) {
        near.write(piece);
        return;
      }
      cut = { ...cut, times: cut.times - 1 };
      near.write(piece.subarray(0, cut.afterBytes), () => end(pair));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    port: (server.address() as AddressInfo).port,
    target(port) {
      to = port;
    },
    connections: () => pairs.size,
    drop() {
      for (const pair of pairs) end(pair);
    },
    refuse(value) {
      isRefusing = value;
    },
    freeze() {
      for (const { near, far } of pairs) {
        near.removeAllListeners("data").resume();
        far.removeAllListeners("data").resume();
      }
    },
    cutAnswers(times, afterBytes) {
      cut = { times, afterBytes };
    },
    cutsLeft: () => cut.times,
    async stop() {
      for (const pair of pairs) end(pair);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
