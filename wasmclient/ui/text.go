package ui

// Language is a language of the page, as a BCP 47 tag. boot.js chooses it.
type Language string

// The languages of the page.
const (
	English  Language = "en"
	Japanese Language = "ja"
)

// Text names a text that changes. Those that never do are in index.html.
type Text int

// The texts. Those of a status are whole sentences.
const (
	TextInputLabel Text = iota
	TextPlaceholder
	TextMessagesLabel
	TextMine
	TextTheirs
	TextSending
	TextSent
	TextDelivered
	TextDeliveryWaits
	TextUnsent
	TextTyping
	TextNewTab
	TextMusic
	TextGames
	TextFilms
	TextBooks
	TextTravel
	TextFood
	TextSports
	TextProgramming
	TextBothLike
	TextCodeChanged
	TextYou
	TextPersonBlocked
	TextPersonLeft
	TextPersonInterrupted
	TextPersonCut
	TextMemberLeft
	TextMemberGone
	TextNameTyping
	TextManyTyping
	TextNameCodeChanged
	TextBlockName
	TextBlockNameAgain
	TextAllLike
	TextVerifiedGroup
	TextWaitingGroup
	TextConnectedGroup
	TextConnectedOne
	TextEverybodyLeft
	TextGroupSize
	TextPeople
	TextInvited
	TextWaitingInvite
	TextWaitingInviteGroup
	TextVerified
	TextUnverified
	TextInviteLink
	TextInviteWords
	TextIdle
	TextSearching
	TextWaiting
	TextWaitingAlone
	TextWaitingInterests
	TextWidened
	TextWidenedLanguage
	TextConnecting
	TextStillLooking
	TextRetrying
	TextBusy
	TextConnected
	TextInterrupted
	TextConnectedAgain
	TextStopped
	TextBlocked
	TextNextAgain
	TextBlockAgain
	TextEscapeAgain
	TextCopied
	TextKept
	TextNewBelow
	TextNewMessage
	TextSomebody
	TextNotifyRefused
	TextSuggestions
	TextPeerLeft
	TextPeerNext
	TextPeerClosed
	TextPeerGone
	TextUnread
	TextOverrun
	TextChatEnded
	TextExpired
	TextSuperseded
	TextConnectFailed
	TextCauseNoCandidates
	TextCauseUDPBlocked
	TextCauseNoRelay
	TextCauseRelayRefused
	TextCauseRelayFull
	TextCauseRelayUnreachable
	TextCauseChecksFailed
	TextCauseDTLSFailed
	TextCauseChannelFailed
	TextCausePeerSilent
	TextPeerMissing
	TextRefused
	TextStreamBlocked
	TextTooManyTabs
	TextFailed
	TextRetryAfter
	TextCountNobody
	TextCountOne
	TextCountMany
	TextCountAlone
	TextCountWithOthers
	TextBetween
	TextUsuallySeconds
	TextUsuallyMinutes
	TextOwnInterest
	TextRemoveInterest
	TextPrivacyDirect
	TextPrivacyNoRelay
	TextPrivacyHidden
	TextPrivacyRelayOnly
	TextChecking
	TextServerAnswers
	TextServerSilent
	TextAddresses
	TextNoAddresses
	TextUDPPasses
	TextUDPBlocked
	TextRelayAnswers
	TextRelaySilent
	TextRelayRefuses
	TextRelayIsFull
	TextRelayNotOffered
	TextLoopOpens
	TextLoopFails
	TextReachEverybody
	TextReachMany
	TextReachNear
	TextReachNobody
	textCount // how many there are
)

// In returns the text in a language. In it, "{n}" stands for a number, "{name}" for a person,
// "{interest}" for the name of an interest, "{host}" for that of a host and
// "{transport}" for UDP, TCP or TLS.
func (t Text) In(language Language) string {
	if language == Japanese {
		return texts[t].ja
	}
	return texts[t].en
}
