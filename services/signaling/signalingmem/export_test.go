package signalingmem

// Held counts what the engine holds: rooms, owners and signals.
func (e *Engine) Held() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	held := len(e.rooms) + len(e.held.owners)
	for _, r := range e.rooms {
		held += len(r.signals)
	}
	return held
}
