package p2p

import "time"

// timeouts are the SDK's waiting times. Tests shorten them.
type timeouts struct {
	firstEvent  time.Duration // a stream whose first event takes longer is blocked
	silence     time.Duration // a stream without an event for longer is dead; the server sends a heartbeat every 10 s
	longPoll    time.Duration // max_stream where streams are blocked
	call        time.Duration // one unary call
	goodbye     time.Duration // calls made on leaving
	askForOffer time.Duration // how long the answerer waits for an offer
	connect     time.Duration // from both having joined to an open channel; the server waits a little longer
	release     time.Duration // from the last confirmed pair to the release of the stream
	flush       time.Duration // for the last messages on Close
	flushUnread time.Duration // for the goodbye to a peer that sends faster than this side reads
	gather      time.Duration // how long candidates are collected before they are sent
	introduce   time.Duration // how long candidates are waited for before the search begins
	settle      time.Duration // without another candidate, until the search begins
	relay       time.Duration // without a path, until the servers that need a credential are used
	gatherWay   time.Duration // how long a STUN or TURN server has to answer a check
	connectLoop time.Duration // how long a connection with itself has to open, and to pass a message
	proof       time.Duration // how long the lower slot waits for the peer's proof before it reports
	confirm     time.Duration // how long the higher slot waits for the lower one's report before it reports

	ping         time.Duration // between pings, on average
	unheard      time.Duration // without a sign of life, until a link is interrupted
	answer       time.Duration // how long a peer has to answer when this side checks the link
	giveUpUnseen time.Duration // without a sign of life, until a peer without a stream at the server is given up
	rejoin       time.Duration // how long a peer has to connect to the server
	restart      time.Duration // from the interruption to negotiating a new path
	offerAnyway  time.Duration // from the answerer asking for an offer to offering itself
	startOver    time.Duration // from an unanswered ICE restart to offering a new connection, while both are connected to the server
	repair       time.Duration // from negotiating to giving up, while both are connected to the server
	interrupted  time.Duration // until a peer is given up in any case
	sleepGap     time.Duration // a timer that fires this late: the machine slept, or the browser delayed it
}

func defaultTimeouts() timeouts {
	return timeouts{
		firstEvent:   10 * time.Second,
		silence:      25 * time.Second,
		longPoll:     2 * time.Second,
		call:         10 * time.Second,
		goodbye:      2 * time.Second,
		askForOffer:  5 * time.Second,
		connect:      19 * time.Second, // the server gives 20, and the place in the queue only to those who report in time
		release:      5 * time.Second,
		flush:        1500 * time.Millisecond, // SCTP sends again after one second what was lost
		flushUnread:  300 * time.Millisecond,
		gather:       20 * time.Millisecond,
		introduce:    50 * time.Millisecond,
		settle:       5 * time.Millisecond,
		relay:        300 * time.Millisecond,
		gatherWay:    5 * time.Second,
		connectLoop:  10 * time.Second,
		proof:        time.Second,
		confirm:      2 * time.Second,
		ping:         2 * time.Second,
		unheard:      6 * time.Second,
		answer:       2 * time.Second,
		giveUpUnseen: 9 * time.Second,         // so that the user hears of it within ten
		rejoin:       3500 * time.Millisecond, // the other side notices up to 2.4 s later
		restart:      5 * time.Second,
		offerAnyway:  3 * time.Second,
		startOver:    3 * time.Second,
		repair:       15 * time.Second,
		interrupted:  60 * time.Second,
		sleepGap:     5 * time.Second,
	}
}
