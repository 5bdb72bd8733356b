// Serves PeerServer on a free port of this machine.
import { PeerServer } from "peer";

const options = { host: "127.0.0.1", port: 0, path: "/", concurrent_limit: 1_000_000 };
PeerServer(options, (server) => console.log(`Serving PeerServer on http://127.0.0.1:${server.address().port}`));
