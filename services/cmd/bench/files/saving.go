package files

import (
	"context"
	"fmt"
	"time"
)

// saving is a bare channel over which scripts pass a file: they read, hash and save it as the
// page does, and nothing else. What it takes longer than the channel is the browser's part.
type saving struct{ *bareChannel }

// NewSaving passes files over what NewBareChannel has returned, in turn with it.
func NewSaving(bare Pair) Pair { return saving{bare.(*bareChannel)} }

// piece is how much is read, hashed and written at once, as in the page.
const piece = 1 << 20

// Pass is timed at the second page, from its first word until all is saved.
func (s saving) Pass(_ context.Context, size int) (time.Duration, error) {
	send := fmt.Sprintf(`void (channel.onmessage = async () => {
		const file = new File([new Uint8Array(%d)], "zeros");
		const read = (at) => file.slice(at, at + %d).arrayBuffer();
		for (let at = 0, next = read(0); at < file.size; at += %[2]d) {
			const data = new Uint8Array(await next);
			next = read(at + %[2]d);
			const hashed = crypto.subtle.digest("SHA-256", data);
			for (let sent = 0; sent < data.length; sent += %d) {
				if (channel.bufferedAmount > 1 << 20) await new Promise((resolve) => channel.addEventListener("bufferedamountlow", resolve, { once: true }));
				channel.send(data.subarray(sent, sent + %[3]d));
			}
			await hashed;
		}
	})`, size, piece, message)
	if err := s.first.Evaluate(send, nil); err != nil {
		return 0, err
	}
	var took float64
	err := s.second.Evaluate(fmt.Sprintf(`(async () => {
		const folder = await navigator.storage.getDirectory();
		const handle = await folder.getFileHandle("zeros", { create: true });
		const writable = await handle.createWritable();
		let parts = [], held = 0, saved = 0, more;
		const began = performance.now();
		channel.onmessage = ({ data }) => {
			parts.push(data);
			held += data.byteLength;
			more?.();
		};
		channel.send("go");
		while (saved < %d) {
			while (held < %d && saved + held < %[1]d) await new Promise((resolve) => { more = resolve; });
			const data = new Uint8Array(held);
			let at = 0;
			for (const part of parts) {
				data.set(new Uint8Array(part), at);
				at += part.byteLength;
			}
			[parts, held] = [[], 0];
			await Promise.all([writable.write(data), crypto.subtle.digest("SHA-256", data)]);
			saved += data.length;
		}
		await writable.close();
		const took = performance.now() - began;
		await folder.removeEntry("zeros");
		return took;
	})()`, size, piece), &took)
	return time.Duration(took * float64(time.Millisecond)), err
}
