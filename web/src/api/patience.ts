/** A server that has too much to do turns new requests away before it does anything: they are asked again. */
const BUSY = 503;
const MOST_TRIES = 4;

const pause = (seconds: number) => new Promise((done) => { setTimeout(done, seconds * 1000); });

/** Like `fetch`; waits as long as a busy server says, and a little more each time. */
export async function patientFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(input, init);
    const wait = Number(response.headers.get("retry-after"));
    if (response.status !== BUSY || !wait || tries === MOST_TRIES) return response;
    await pause(wait * tries * (0.5 + Math.random()));
  }
}
