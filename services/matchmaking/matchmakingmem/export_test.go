package matchmakingmem

// Held counts what the engine remembers: tickets, clients, owners, networks,
// redeemed claims and pools. It is zero once everything has ended and been forgotten.
func (e *Engine) Held() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.tickets) + len(e.byClient) + len(e.owners) + len(e.networks) + len(e.claims) + len(e.pools)
}
