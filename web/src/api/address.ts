/** Where the server listens: pages are served by the very server that they ask. */
export const GRAPHQL = "/graphql";
export const liveAddress = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${GRAPHQL}`;
