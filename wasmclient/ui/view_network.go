package ui

import (
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

func hideSwitch(state *State) Switch {
	switch state.Relays {
	case p2p.RelaysOffered:
		return Switch{On: state.HideAddress, Enabled: !state.Phase.Active()}
	case p2p.RelaysOnly:
		return Switch{On: true}
	default:
		return Switch{}
	}
}

func privacyText(state *State) Text {
	switch {
	case state.Relays == p2p.RelaysOnly:
		return TextPrivacyRelayOnly
	case state.HideAddress:
		return TextPrivacyHidden
	case state.Relays == p2p.RelaysNone:
		return TextPrivacyNoRelay
	default:
		return TextPrivacyDirect
	}
}

// causeText returns why no connection came up.
func causeText(cause p2p.Cause) Text {
	switch cause {
	case p2p.CauseNoCandidates:
		return TextCauseNoCandidates
	case p2p.CauseUDPBlocked:
		return TextCauseUDPBlocked
	case p2p.CauseNoRelay:
		return TextCauseNoRelay
	case p2p.CauseRelayRefused:
		return TextCauseRelayRefused
	case p2p.CauseRelayFull:
		return TextCauseRelayFull
	case p2p.CauseRelayUnreachable:
		return TextCauseRelayUnreachable
	case p2p.CauseChecksFailed:
		return TextCauseChecksFailed
	case p2p.CauseDTLSFailed:
		return TextCauseDTLSFailed
	case p2p.CauseChannelFailed:
		return TextCauseChannelFailed
	case p2p.CausePeerSilent:
		return TextCausePeerSilent
	default:
		return TextConnectFailed
	}
}

// findings returns what a check has found, in words.
func findings(check Checking, language Language) []Finding {
	switch {
	case check.Running:
		return []Finding{{MarkNone, TextChecking.In(language)}}
	case !check.Done:
		return nil
	case !check.Known:
		return []Finding{{MarkBad, TextServerSilent.In(language)}}
	}
	found := []Finding{{MarkGood, TextServerAnswers.In(language)}}
	for _, way := range check.Checkup.Ways {
		mark := MarkGood
		if way.Cause != "" {
			mark = MarkBad
		}
		text := strings.ReplaceAll(wayText(way).In(language), "{transport}", way.Transport())
		found = append(found, Finding{mark, text})
	}
	return append(found, loopFinding(check.Checkup.Loop, language), Finding{MarkNone, reachText(check.Checkup.Reach()).In(language)})
}

func wayText(way p2p.Way) Text {
	kind := way.Kind()
	switch cause := way.Cause; {
	case kind == "host" && cause == "":
		return TextAddresses
	case kind == "host":
		return TextNoAddresses
	case kind == "srflx" && cause == "":
		return TextUDPPasses
	case kind == "srflx":
		return TextUDPBlocked
	case cause == "":
		return TextRelayAnswers
	case cause == p2p.CauseRelayRefused:
		return TextRelayRefuses
	case cause == p2p.CauseRelayFull:
		return TextRelayIsFull
	default:
		return TextRelaySilent
	}
}

func loopFinding(loop p2p.Loop, language Language) Finding {
	switch {
	case loop.Took > 0:
		return Finding{MarkGood, withNumber(TextLoopOpens.In(language), int(loop.Took.Milliseconds()))}
	case loop.Diagnosis.Cause == p2p.CauseNoRelay:
		return Finding{MarkBad, TextRelayNotOffered.In(language)}
	default:
		return Finding{MarkBad, TextLoopFails.In(language)}
	}
}

func reachText(reach p2p.Reach) Text {
	switch reach {
	case p2p.ReachEverybody:
		return TextReachEverybody
	case p2p.ReachMany:
		return TextReachMany
	case p2p.ReachNear:
		return TextReachNear
	default:
		return TextReachNobody
	}
}
