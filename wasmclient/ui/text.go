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
	TextInvited
	TextWaitingInvite
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

// In returns the text in a language. In it, "{n}" stands for a number,
// "{interest}" for the name of an interest, "{host}" for that of a host and
// "{transport}" for UDP, TCP or TLS.
func (t Text) In(language Language) string {
	if language == Japanese {
		return texts[t].ja
	}
	return texts[t].en
}

var texts = [textCount]struct{ en, ja string }{
	TextInputLabel:    {"Your message", "メッセージ"},
	TextPlaceholder:   {"Write a message", "メッセージを書く"},
	TextMessagesLabel: {"Messages", "会話"},
	TextMine:          {"You:", "あなた:"},
	TextTheirs:        {"Partner:", "相手:"},
	TextSending:       {"Being sent", "送信中"},
	TextSent:          {"Sent", "送信済み"},
	TextDelivered:     {"Delivered", "届きました"},
	TextDeliveryWaits: {"Is sent when the connection is back", "接続が戻ると送信されます"},
	TextUnsent:        {"Not sent", "送信できませんでした"},
	TextTyping:        {"Your partner is writing…", "相手が入力しています…"},
	TextNewTab:        {"Opens {host} in a new tab", "{host} を新しいタブで開きます"},

	TextMusic:       {"Music", "音楽"},
	TextGames:       {"Games", "ゲーム"},
	TextFilms:       {"Films", "映画"},
	TextBooks:       {"Books", "読書"},
	TextTravel:      {"Travel", "旅行"},
	TextFood:        {"Food", "食べ物"},
	TextSports:      {"Sports", "スポーツ"},
	TextProgramming: {"Programming", "プログラミング"},
	TextBothLike:    {"You both like {interest}.", "ふたりとも{interest}が好きです。"},

	TextCodeChanged: {
		"The connection is a new one, and so is the code: compare again.",
		"接続が新しくなり、コードも変わりました。もう一度比べてください。",
	},
	TextInvited:       {"Somebody invites you. Press START to meet.", "招待されています。スタートを押すとつながります。"},
	TextWaitingInvite: {"Waiting for whoever has your link…", "リンクを受け取った人を待っています…"},
	TextVerified: {
		"You both came by this link, and your browsers have checked it: nobody is between you, not even this server.",
		"ふたりとも同じリンクから来たことをブラウザーが確かめました。間には誰もいません。このサーバーもです。",
	},
	TextUnverified: {
		"Whoever came does not know your link, or somebody is between you. Nothing was shown or sent.",
		"来た相手はリンクを知らないか、間に誰かがいます。何も表示も送信もしていません。",
	},
	TextInviteLink:  {"The link for whom you invite", "招待する人に渡すリンク"},
	TextInviteWords: {"Talk with me, browser to browser:", "ブラウザー同士で話しませんか:"},

	TextIdle:             {"Ready when you are.", "準備ができました。"},
	TextSearching:        {"Looking for somebody…", "相手を探しています…"},
	TextWaiting:          {"Looking for somebody…", "相手を探しています…"},
	TextWaitingAlone:     {"Nobody here yet. You will meet whoever comes next.", "まだ誰もいません。次に来た人とつながります。"},
	TextWaitingInterests: {"Looking for somebody with your interests…", "同じ興味を持つ人を探しています…"},
	TextWidened: {
		"Nobody with your interests right now. Looking for anybody…",
		"同じ興味の人はいまいないようです。ほかの人も含めて探しています…",
	},
	TextWidenedLanguage: {
		"Looking for somebody, in other languages too…",
		"ほかの言語の人も含めて、相手を探しています…",
	},
	TextConnecting:     {"Found somebody. Connecting…", "相手が見つかりました。接続しています…"},
	TextStillLooking:   {"That one did not work out. Still looking…", "その相手とはつながりませんでした。引き続き探しています…"},
	TextRetrying:       {"The server cannot be reached. Trying again…", "サーバーに接続できません。再試行しています…"},
	TextBusy:           {"The server is busy right now. Trying again…", "サーバーが混み合っています。再試行しています…"},
	TextConnected:      {"Connected. Say hello!", "つながりました。"},
	TextInterrupted:    {"Connection interrupted. Trying to reconnect…", "接続が途切れました。再接続しています…"},
	TextConnectedAgain: {"Connected again.", "再びつながりました。"},
	TextStopped:        {"Stopped.", "終了しました。"},
	TextBlocked: {
		"Blocked. You two do not meet again until you close this page.",
		"ブロックしました。このページを閉じるまで、この相手とはつながりません。",
	},
	TextNextAgain: {"Press NEXT once more to leave this chat.", "もう一度押すと、この会話を終えて次の人を探します。"},
	TextBlockAgain: {
		"Press BLOCK once more to leave, and not to meet again until you close this page.",
		"もう一度押すと会話を終え、このページを閉じるまでこの相手とはつながりません。",
	},
	TextEscapeAgain: {"Press Esc once more for the next person.", "もう一度 Esc を押すと、次の人を探します。"},
	TextCopied:      {"Copied.", "コピーしました。"},
	TextKept:        {"Not sent before: {text}", "前に送らなかった文: {text}"},
	TextNewBelow:    {"{n} new ↓", "新着 {n} 件 ↓"},
	TextNewMessage:  {"New message", "新しいメッセージがあります"},
	TextSomebody:    {"Somebody is here. Say hello!", "相手が見つかりました。"},
	TextNotifyRefused: {
		"Your browser does not let this page show notifications.",
		"お使いのブラウザーの設定により、このページは通知を表示できません。",
	},
	TextSuggestions: {"Suggestions for what to write", "書き出しの例"},

	TextPeerLeft:   {"Your partner left.", "相手が退出しました。"},
	TextPeerNext:   {"Your partner went on to somebody else.", "相手は次の人を探しに行きました。"},
	TextPeerClosed: {"Your partner closed the page.", "相手がページを閉じました。"},
	TextPeerGone:   {"Your partner is gone.", "相手との接続が切れました。"},
	TextUnread:     {"The chat ended: messages came faster than they were read.", "メッセージが読むより速く届いたため、会話が終わりました。"},
	TextOverrun:    {"The chat ended: your partner's program sent too much.", "相手のプログラムが送りすぎたため、会話が終わりました。"},
	TextChatEnded:  {"The chat has ended.", "会話が終わりました。"},

	TextExpired:           {"Nobody came this time. Try again?", "今回は誰も来ませんでした。もう一度試しますか?"},
	TextSuperseded:        {"This search was replaced by another one.", "別の検索が始まったため、この検索は終わりました。"},
	TextPeerMissing:       {"Three people were found, and none came. Try again?", "三人見つかりましたが、誰も来ませんでした。もう一度試しますか?"},
	TextConnectFailed:     {"No direct connection came up. Your network may block it.", "直接つながりませんでした。お使いのネットワークが遮断しているかもしれません。"},
	TextCauseNoCandidates: {"Your browser found no network to connect from. Are you online?", "接続に使えるネットワークが見つかりません。オンラインですか?"},
	TextCauseUDPBlocked: {
		"Your network seems to block UDP, which a direct connection needs. Another network may work.",
		"直接の接続に必要な UDP を、お使いのネットワークが遮断しているようです。別のネットワークならつながるかもしれません。",
	},
	TextCauseNoRelay: {
		"No direct connection came up, and this server has no relay. Another network may work.",
		"直接つながりませんでした。このサーバーには中継がありません。別のネットワークならつながるかもしれません。",
	},
	TextCauseRelayRefused:     {"The relay of this server refused you. That is a fault of the server.", "このサーバーの中継に拒否されました。サーバー側の問題です。"},
	TextCauseRelayFull:        {"The relay of this server is full. Please try again later.", "このサーバーの中継が満員です。しばらくしてからお試しください。"},
	TextCauseRelayUnreachable: {"Your network does not reach the relay of this server.", "お使いのネットワークからは、このサーバーの中継に届きません。"},
	TextCauseChecksFailed:     {"No way between your network and theirs worked.", "お互いのネットワークの間に、つながる経路がありませんでした。"},
	TextCauseDTLSFailed:       {"The connection came up, but it could not be encrypted.", "つながりましたが、暗号化できませんでした。"},
	TextCauseChannelFailed:    {"The connection came up, but no message passes.", "つながりましたが、メッセージが通りません。"},
	TextCausePeerSilent:       {"Three people were found, and none answered. Try again?", "三人見つかりましたが、応答がありませんでした。もう一度試しますか?"},

	TextRefused:       {"The server refused this.", "サーバーに拒否されました。"},
	TextStreamBlocked: {"Something between you and the server blocks its responses.", "サーバーとの間にある機器が応答を止めています。"},
	TextTooManyTabs: {
		"Four other tabs are looking already; your browser allows no more. Close one, or try again in a moment.",
		"ほかの 4 つのタブで探しているため、いまは始められません。どれかを閉じるか、少し待ってからお試しください。",
	},
	TextFailed:     {"Something went wrong. Please try again.", "問題が起きました。もう一度お試しください。"},
	TextRetryAfter: {"Please wait {n} s.", "{n} 秒お待ちください。"},

	TextPrivacyDirect: {
		"Because the connection is direct, your partner can see your network (IP) address.",
		"直接つながるため、相手にはあなたのネットワークアドレス(IPアドレス)が見えることがあります。",
	},
	TextPrivacyNoRelay: {
		"Because the connection is direct, your partner can see your network (IP) address. This server has no relay that could hide it.",
		"直接つながるため、相手にはあなたのネットワークアドレス(IPアドレス)が見えることがあります。このサーバーには、それを隠すための中継がありません。",
	},
	TextPrivacyHidden: {
		"A relay passes your messages on, encrypted, and may be slower. Your partner sees its network (IP) address, not yours; this server still sees yours.",
		"中継が暗号化されたままメッセージを渡すため、少し遅くなることがあります。相手に見えるのは中継のアドレスで、あなたのアドレスは見えません(このサーバーには見えます)。",
	},
	TextPrivacyRelayOnly: {
		"This server connects people through its relay only: your partner does not see your network (IP) address.",
		"このサーバーでは必ず中継を通るため、相手にはあなたのネットワークアドレス(IPアドレス)は見えません。",
	},

	TextChecking:        {"Trying every way to others…", "つながる方法をすべて試しています…"},
	TextServerAnswers:   {"The server answers.", "サーバーは応答しています。"},
	TextServerSilent:    {"The server does not answer.", "サーバーが応答しません。"},
	TextAddresses:       {"Your browser has a network to connect from.", "接続に使えるネットワークがあります。"},
	TextNoAddresses:     {"Your browser has no network to connect from.", "接続に使えるネットワークがありません。"},
	TextUDPPasses:       {"UDP passes, so a direct connection can work.", "UDP は通ります。直接つながる見込みがあります。"},
	TextUDPBlocked:      {"Nothing comes back over UDP.", "UDP では何も返ってきません。"},
	TextRelayAnswers:    {"The relay answers over {transport}.", "中継は {transport} で応答しています。"},
	TextRelaySilent:     {"The relay does not answer over {transport}.", "中継は {transport} では応答しません。"},
	TextRelayRefuses:    {"The relay refuses you over {transport}.", "中継は {transport} で拒否しています。"},
	TextRelayIsFull:     {"The relay is full over {transport}.", "中継は {transport} で満員です。"},
	TextRelayNotOffered: {"This server has no relay.", "このサーバーには中継がありません。"},
	TextLoopOpens:       {"A connection through the relay opens in {n} ms.", "中継を通る接続は {n} ミリ秒で開きます。"},
	TextLoopFails:       {"No connection through the relay opens.", "中継を通る接続は開きません。"},
	TextReachEverybody:  {"You can connect to everybody.", "誰とでもつながります。"},
	TextReachMany: {
		"You can connect to many people, but not behind every router and firewall.",
		"多くの人とつながりますが、ルーターやファイアウォールによってはつながりません。",
	},
	TextReachNear:   {"You can connect only to people in your own network.", "同じネットワークの中の人とだけつながります。"},
	TextReachNobody: {"You can connect to nobody from here.", "ここからは誰ともつながりません。"},

	TextCountNobody:     {"Nobody is waiting right now.", "いま待っている人はいません。"},
	TextCountOne:        {"1 person is waiting.", "1 人が待っています。"},
	TextCountMany:       {"{n} people are waiting.", "{n} 人が待っています。"},
	TextCountAlone:      {"1 waiting: only you", "待っている人: 1 人(あなただけ)"},
	TextCountWithOthers: {"{n} waiting, you included", "待っている人: {n} 人(あなたを含む)"},
	TextBetween:         {" · ", " ・ "},
	TextUsuallySeconds:  {"usually under {n} s", "ふつう {n} 秒以内"},
	TextUsuallyMinutes:  {"usually under {n} min", "ふつう {n} 分以内"},
	TextOwnInterest:     {"Add your own", "自分で追加"},
	TextRemoveInterest:  {"Remove {interest}", "{interest}を取り消す"},
}
