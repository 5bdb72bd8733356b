// A chat in the terminal for WebRTC stacks of other people, without the SDK. It
// is the example of docs/protocol.md, and a peer of the tests. A line of the input
// is sent as a text, "/new" begins a new connection, and the end of the input
// leaves.
//
//   npm ci && npx tsc && node peer.js http://localhost:8080 werift
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { create, fromBinary, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { Bye_Reason, EnvelopeSchema } from "@wasmp2pchat/contract/chat";
import { MatchmakingService, type Matched } from "@wasmp2pchat/contract/matchmaking";
import { Role, SessionDescription_Type, SignalingService, SignalSchema, type JoinRoomResponse, type Signal } from "@wasmp2pchat/contract/signaling";

type Content = NonNullable<MessageInitShape<typeof EnvelopeSchema>["content"]>;
type Payload = MessageInitShape<typeof SignalSchema>["payload"];
interface Connection { id: string; pc: RTCPeerConnection; chat?: RTCDataChannel }

const [server, stack, pongs = "pongs", ...interests] = process.argv.slice(2); // "silent" answers no pings
const { RTCPeerConnection } = (await import(stack === "werift" ? stack : "node-datachannel/polyfill")) as typeof globalThis;
const transport = createConnectTransport({ baseUrl: server, httpVersion: "1.1" });
const matchmaking = createClient(MatchmakingService, transport);
const signaling = createClient(SignalingService, transport);
const leaving = new AbortController();
let hangUp: () => void;
const hungUp = new Promise<void>((resolve) => (hangUp = resolve));

/** Waits for a partner. */
async function findMatch(): Promise<Matched> {
  const requestId = crypto.randomUUID();
  for (let attempt = 0; ; attempt++) {
    try {
      for await (const { event } of matchmaking.findMatch({ requestId, attempt, interests })) {
        if (event.case === "matched") return event.value;
        if (event.case === "queued") console.log("queued");
        if (event.case === "ended") throw new Error("nobody came");
      }
    } catch (error) {
      if (!(error instanceof ConnectError) || error.code === Code.InvalidArgument) throw error;
    }
    await sleep(1000); // the stream broke, or was detached: the place is kept
  }
}

const headers = { Authorization: `Bearer ${(await findMatch()).roomToken}` };
let peer = ""; // its peer id
let iceServers: RTCIceServer[] = [];
let current: Connection; // the last one; its chat channel may not be open yet
let talking: Connection | undefined; // whose chat channel is open
let remote = ""; // connection_id of the description applied to current
let described = ""; // its text
let epoch = 0; // the highest seen
let seq = 0n; // of the last signal that is stored
const heard = new Set<string>(); // message_id of each message
let sending = Promise.resolve();

/** Follows the room until this side leaves or the room is closed. */
async function joinRoom() {
  for (let cursor = "", attempt = 0; !leaving.signal.aborted; attempt++) {
    try {
      for await (const joined of signaling.joinRoom({ cursor, attempt }, { headers, signal: leaving.signal })) {
        await take(joined.event);
        cursor = joined.cursor;
        if (joined.event.case === "roomClosed") return talking ?? leave("closed"); // a chat goes on
      }
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
    }
    await sleep(500);
  }
}

async function take(event: JoinRoomResponse["event"]) {
  if (event.case === "welcome" && peer === "") {
    iceServers = event.value.iceServers.map(({ urls, username, credential }) => ({ urls, username, credential }));
    peer = event.value.peers[0].peerId;
    console.log(Role[event.value.peers[0].myRole].toLowerCase());
    if (event.value.peers[0].myRole === Role.OFFERER) await offer();
  }
  if (event.case === "signalsReceived") for (const signal of event.value.signals) await receive(signal);
}

async function receive({ payload, connectionId, epoch: seen }: Signal) {
  epoch = Math.max(epoch, seen);
  if (payload.case === "renegotiate") await offer();
  if (payload.case === "candidate" && connectionId === remote) // not awaited: looking up a .local name can take 10 s
    void current.pc.addIceCandidate(payload.value).catch((error) => console.error("candidate:", error.message)); // others may do
  if (payload.case !== "description") return;
  const { sdp, type } = payload.value;
  if (type === SessionDescription_Type.ANSWER && seen === epoch && current.pc.signalingState === "have-local-offer") {
    [remote, described] = [connectionId, sdp];
    await current.pc.setRemoteDescription({ type: "answer", sdp });
  } else if (type !== SessionDescription_Type.OFFER || sdp === described) {
    return; // an answer to an older offer, a rollback, or the same offer again
  } else if (connectionId === remote) {
    await offer(); // an ICE restart, which these stacks cannot do: a new connection instead
  } else {
    [remote, described] = [connectionId, sdp];
    current = connect();
    await current.pc.setRemoteDescription({ type: "offer", sdp });
    openChannels(current);
    const answer = await current.pc.createAnswer();
    await current.pc.setLocalDescription(answer);
    send(current, { case: "description", value: { type: SessionDescription_Type.ANSWER, sdp: answer.sdp } });
  }
}

async function offer() {
  remote = "";
  current = connect();
  openChannels(current);
  epoch++;
  const offered = await current.pc.createOffer();
  await current.pc.setLocalDescription(offered);
  send(current, { case: "description", value: { type: SessionDescription_Type.OFFER, sdp: offered.sdp } });
}

/** Makes a connection that sends its candidates. */
function connect(): Connection {
  const made: Connection = { id: crypto.randomUUID(), pc: new RTCPeerConnection({ iceServers }) };
  made.pc.onicecandidate = ({ candidate }) => {
    if (candidate?.candidate) send(made, { case: "candidate", value: { candidate: candidate.candidate, sdpMid: candidate.sdpMid ?? "0" } });
  };
  made.pc.onconnectionstatechange = () => {
    // node-datachannel has been seen to close a connection when its answer came.
    if (made.pc.connectionState === "closed" && made === current && talking !== made && !leaving.signal.aborted) void offer();
  };
  return made;
}

function openChannels(made: Connection) {
  const chat = made.pc.createDataChannel("chat", { negotiated: true, id: 0 });
  made.pc.createDataChannel("bulk", { negotiated: true, id: 1 });
  chat.binaryType = "arraybuffer";
  chat.onopen = async () => {
    console.log("connected");
    const before = talking;
    talking = made;
    made.chat = chat;
    before?.pc.close(); // not earlier: the peer would take it for a goodbye
    const outcome = { case: "connected", value: {} } as const;
    await signaling.reportOutcome({ peerId: peer, connectionId: made.id, epoch, outcome }, { headers }).catch(console.error);
  };
  chat.onmessage = ({ data }) => hear(new Uint8Array(data));
  chat.onclose = () => {
    if (made !== talking) return;
    hangUp();
    void leave("closed");
  };
}

/** Stores a signal at the server, after those of earlier calls. */
function send({ id }: Connection, payload: Payload) {
  const signal = { connectionId: id, epoch, payload };
  sending = sending.then(async () => {
    for (let stored = false; !stored && !leaving.signal.aborted; ) {
      try {
        const firstSeq = seq + 1n;
        seq = (await signaling.sendSignals({ toPeerId: peer, firstSeq, signals: [signal] }, { headers })).lastStoredSeq;
        stored = seq >= firstSeq;
      } catch (error) {
        if (ConnectError.from(error).code === Code.InvalidArgument) return; // such a candidate is left out
        await sleep(500);
      }
    }
  });
}

function hear(data: Uint8Array) {
  const { content, messageId } = fromBinary(EnvelopeSchema, data);
  if (messageId !== "" && heard.has(messageId)) return; // sent again on a new connection
  heard.add(messageId);
  if (content.case === "text") console.log(`text ${content.value.text}`);
  if (content.case === "ping" && pongs === "pongs") say({ case: "pong", value: { nonce: content.value.nonce } });
  if (content.case === "bye") leave(`bye ${Bye_Reason[content.value.reason]}`);
}

function say(content: Content) {
  const envelope = create(EnvelopeSchema, { messageId: crypto.randomUUID(), content });
  if (talking?.chat?.readyState === "open") talking.chat.send(Buffer.from(toBinary(EnvelopeSchema, envelope)));
}

async function leave(reason: string) {
  if (leaving.signal.aborted) return;
  leaving.abort();
  console.log(reason);
  await Promise.race([hungUp, sleep(2000)]); // the other side hangs up after the goodbye
  current?.pc.close();
  process.exit();
}

createInterface({ input: process.stdin })
  .on("line", (text) => (text === "/new" ? void offer() : say({ case: "text", value: { text } })))
  .on("close", () => {
    say({ case: "bye", value: { reason: Bye_Reason.STOPPED } });
    void leave("left");
  });
await joinRoom();
