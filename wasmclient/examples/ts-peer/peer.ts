// A peer in a browser without the SDK and without Wasm: docs/protocol.md in one file. It looks
// for a partner at once, at the server that ?server= names, and repairs a path by ICE restarts.
import { create, fromBinary, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { Bye_Reason, EnvelopeSchema } from "@wasmp2pchat/contract/chat";
import { MatchmakingService } from "@wasmp2pchat/contract/matchmaking";
import { Role, SessionDescription_Type as Type, SignalingService, SignalSchema, type JoinRoomResponse, type Signal, type Welcome } from "@wasmp2pchat/contract/signaling";
import { listen, log, show } from "./page";
import { retry } from "./retry";

const baseUrl = new URLSearchParams(location.search).get("server") ?? "http://localhost:8080";
const matchmaking = createClient(MatchmakingService, createConnectTransport({ baseUrl }));
const signaling = createClient(SignalingService, createConnectTransport({ baseUrl }));
const leaving = new AbortController();
const [requestId, connectionId] = [crypto.randomUUID(), crypto.randomUUID()];
const heard = new Set<string>(); // message_id of each message
let headers: { Authorization: string }, peer = "", slot = 0, reported = false;
let pc: RTCPeerConnection, chat: RTCDataChannel;
let epoch = 0, seq = 0n, storing = Promise.resolve<unknown>(0); // the highest epoch seen, and the last signal that is stored
let sent = 0, granted = 65536, received = 0, given = 0; // bytes on the chat channel

async function take({ event }: JoinRoomResponse) {
  if (event.case === "pairConfirmed") reported = true;
  if (event.case === "signalsReceived") for (const signal of event.value.signals) await receive(signal);
  if (event.case !== "welcome" || peer !== "") return;
  [peer, slot] = [event.value.peers[0].peerId, event.value.slot];
  connect(event.value);
  if (event.value.peers[0].myRole === Role.OFFERER) await offer();
}

function connect({ iceServers, proof }: Welcome) {
  pc = new RTCPeerConnection({ iceServers });
  pc.onicecandidate = ({ candidate }) =>
    candidate?.candidate && send({ case: "candidate", value: { candidate: candidate.candidate, sdpMid: candidate.sdpMid ?? "0" } });
  chat = pc.createDataChannel("chat", { negotiated: true, id: 0 });
  pc.createDataChannel("bulk", { negotiated: true, id: 1 });
  chat.binaryType = "arraybuffer";
  chat.onopen = () => {
    show("Connected.", true);
    giveCredit(); // before anything else
    say({ case: "proof", value: { value: proof } });
    setTimeout(report, slot === 0 ? 1000 : 2000); // unless the peer's proof or report has come
  };
  chat.onmessage = ({ data }) => hear(new Uint8Array(data));
  chat.onclose = () => leave("Your partner is gone.");
}

async function offer() {
  epoch++;
  await pc.setLocalDescription(await pc.createOffer({ iceRestart: pc.remoteDescription !== null }));
  send({ case: "description", value: { type: Type.OFFER, sdp: pc.localDescription!.sdp } });
}

async function receive({ payload, epoch: seen }: Signal) {
  if (seen < epoch) return; // of an older offer
  const mineStays = seen === epoch && slot === 0 && pc.signalingState === "have-local-offer";
  epoch = seen;
  if (payload.case === "renegotiate") await offer();
  if (payload.case === "candidate") await pc.addIceCandidate(payload.value).catch(console.warn); // others may do
  if (payload.case !== "description") return;
  const { type, sdp } = payload.value;
  if (type === Type.ANSWER && pc.signalingState === "have-local-offer") await pc.setRemoteDescription({ type: "answer", sdp });
  if (type !== Type.OFFER || mineStays) return;
  await pc.setRemoteDescription({ type: "offer", sdp });
  await pc.setLocalDescription();
  send({ case: "description", value: { type: Type.ANSWER, sdp: pc.localDescription!.sdp } });
}

/** Stores a signal at the server, after those of earlier calls. */
function send(payload: MessageInitShape<typeof SignalSchema>["payload"]) {
  const signals = [{ connectionId, epoch, payload }];
  const store = async () => {
    const before = seq;
    seq = (await signaling.sendSignals({ toPeerId: peer, firstSeq: before + 1n, signals }, { headers })).lastStoredSeq;
    return seq > before || undefined;
  };
  storing = storing.then(() => retry(leaving.signal, store)).catch(console.warn); // the server refuses some candidates
}

function report(peerProof?: Uint8Array) {
  const outcome = { case: "connected", value: { peerProof } } as const;
  if (!reported) void signaling.reportOutcome({ peerId: peer, connectionId, epoch, outcome }, { headers }).catch(console.warn);
  reported = true;
}

/** Sends a message. It returns false for a text for which the peer has given no credit. */
function say(content: NonNullable<MessageInitShape<typeof EnvelopeSchema>["content"]>): boolean {
  const message = toBinary(EnvelopeSchema, create(EnvelopeSchema, { messageId: crypto.randomUUID(), content }));
  if (chat?.readyState !== "open" || (content.case === "text" && sent + message.length > granted)) return false;
  sent += message.length;
  chat.send(message);
  return true;
}

function giveCredit() {
  if (given - received < 65536) say({ case: "credit", value: { chatBytes: BigInt((given = received + 262144)), bulkBytes: 65536n } });
}

function hear(data: Uint8Array) {
  received += data.length;
  giveCredit();
  const { content, messageId } = fromBinary(EnvelopeSchema, data);
  if (content.case === "ping") say({ case: "pong", value: { nonce: content.value.nonce } });
  if (content.case === "proof") report(content.value.value);
  if (content.case === "credit") granted = Number(content.value.chatBytes);
  if (content.case === "bye") leave(`Your partner has left (${Bye_Reason[content.value.reason]}).`);
  if (content.case === "text" && !heard.has(messageId)) log(content.value.text, "theirs"); // it may come again after a repair
  if (messageId === "") return;
  heard.add(messageId);
  if (content.case === "text") say({ case: "receipt", value: { messageIds: [messageId] } });
}

function leave(reason: string) {
  if (leaving.signal.aborted) return;
  leaving.abort();
  show(reason);
  if (headers) void signaling.leaveRoom({}, { headers }).catch(console.warn);
  setTimeout(() => pc?.close(), 2000); // the goodbye first
}

listen({
  say: (text) => (say({ case: "text", value: { text } }) ? log(text, "mine") : show("Not sent: your partner does not read.", true)),
  leave: (reason) => (say({ case: "bye", value: { reason } }), leave("You have left.")),
});

try {
  const roomToken = await retry(leaving.signal, async (attempt) => { // when the stream breaks or is detached, the place is kept
    for await (const { event } of matchmaking.findMatch({ requestId, attempt, interests: ["lang:en"] }, leaving)) {
      if (event.case === "queued") show("Waiting for a partner…");
      if (event.case === "matched") return event.value.roomToken;
      if (event.case === "ended") throw new Error("nobody came");
    }
  });
  headers = { Authorization: `Bearer ${roomToken}` };
  let cursor = "";
  await retry(leaving.signal, async (attempt) => {
    for await (const joined of signaling.joinRoom({ cursor, attempt }, { headers, signal: leaving.signal })) {
      await take(joined);
      cursor = joined.cursor;
      if (joined.event.case === "roomClosed") return chat?.readyState === "open" || leave("The room is closed."); // a chat goes on
    }
  });
} catch (error) {
  leave(String(error));
}
