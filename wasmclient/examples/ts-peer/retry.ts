import { Code, ConnectError } from "@connectrpc/connect";

/** Calls step until it returns something, left is aborted, or the server refuses the request. */
export async function retry<T>(left: AbortSignal, step: (attempt: number) => Promise<T | undefined>): Promise<T | undefined> {
  for (let attempt = 0; !left.aborted; attempt++) {
    try {
      const result = await step(attempt);
      if (result !== undefined) return result;
    } catch (error) {
      if (!(error instanceof ConnectError) || error.code === Code.InvalidArgument) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
