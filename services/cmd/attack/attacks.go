package main

// attacks are all that `make attack` runs, in this order.
var attacks = []attack{
	{"unread-answers", unreadAnswers},
	{"rapid-reset", rapidReset},
	{"abandoned-searches", abandonedSearches},
	{"one-network", oneNetwork},
	{"unfinished-bodies", unfinishedBodies},
	{"idle-connections", idleConnections},
	{"gzip-bombs", gzipBombs},
	{"oversized-bodies", oversizedBodies},
	{"malformed-requests", malformedRequests},
	{"huge-headers", hugeHeaders},
	{"signal-flood", signalFlood},
	{"room-churn", roomChurn},
}
