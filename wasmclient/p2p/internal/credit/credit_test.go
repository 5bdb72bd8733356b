package credit

import "testing"

func TestSending(t *testing.T) {
	t.Parallel()
	s := New()
	if s.Known() || !s.Take(early) || s.Take(1) {
		t.Error("a little may be sent before the peer has said anything")
	}
	s.Grant(early + 10)
	<-s.Changed()
	if !s.Known() || s.Take(11) || !s.Take(10) || s.Take(1) {
		t.Error("the credit is not what the peer gave")
	}
	s.Without()
	s.Grant(5)
	if s.Take(1) {
		t.Error("credit was lost, or taken back")
	}
	s.Add(100)
	s.Grant(early + 110)
	if s.Take(1) {
		t.Error("what is sent in any case does not count")
	}
	s.Grant(early + 111)
	if !s.Take(1) {
		t.Error("new credit is not used")
	}
}

func TestPeersWithoutCredit(t *testing.T) {
	t.Parallel()
	s := New()
	s.Without()
	for range 100 {
		if !s.Take(1 << 20) {
			t.Fatal("a peer that gives no credit limits the sender")
		}
	}
	s.Grant(1)
	if s.Take(1) {
		t.Error("credit that comes late is ignored")
	}
}

func TestReceiving(t *testing.T) {
	t.Parallel()
	const window = 100
	r := new(Receiving)
	for _, step := range []struct {
		received, unread int
		total            uint64
		due              bool
	}{
		{0, 0, 100, true}, {0, 0, 100, false}, {80, 80, 100, false}, {0, 60, 120, false}, {0, 55, 125, true},
		{45, 100, 125, false}, {10, 200, 135, false}, {0, 0, 235, true},
	} {
		if step.received > 0 {
			r.Received(step.received)
		}
		if total, due := r.Grant(window, step.unread); total != step.total || due != step.due {
			t.Errorf("%+v: %d, %v", step, total, due)
		}
	}
}
