package ui

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSegments(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want []string // links have "→" before them
	}{
		{"", nil},
		{"no link", []string{"no link"}},
		{"https://example.com", []string{"→https://example.com"}},
		{"HTTPS://Example.COM/Path", []string{"→HTTPS://Example.COM/Path"}},
		{"see https://example.com/a?b=c&d#e now", []string{"see ", "→https://example.com/a?b=c&d#e", " now"}},
		{"https://a.example https://b.example", []string{"→https://a.example", " ", "→https://b.example"}},
		{"https://a.example,https://b.example", []string{"→https://a.example", ",", "→https://b.example"}},
		{"At https://example.com. Or (https://example.com/x)!", []string{"At ", "→https://example.com", ". Or (", "→https://example.com/x", ")!"}},
		{"https://example.com/a_(b) and \"https://example.com/c\"", []string{"→https://example.com/a_(b)", " and \"", "→https://example.com/c", "\""}},
		{"https://example.com:8443/x https://example.com: yes", []string{"→https://example.com:8443/x", " ", "→https://example.com", ": yes"}},
		{"https://example.com/を見て", []string{"→https://example.com/", "を見て"}},
		{"これhttps://example.comを見て", []string{"これ", "→https://example.com", "を見て"}},
		{"https://日本語.jpを見て https://пример.рф", []string{"→https://日本語.jp", "を見て ", "→https://пример.рф"}},
		{"https://exämple.com", []string{"→https://exämple.com"}},
		{"a\nhttps://example.com/x\nb", []string{"a\n", "→https://example.com/x", "\nb"}},
		{"https://\u202eexample.com", []string{"https://\u202eexample.com"}},
		{"https://example.com/\u202emoc", []string{"→https://example.com/", "\u202emoc"}},
		{"https://example.com。evil.example", []string{"→https://example.com", "。evil.example"}},

		{"http://example.com ftp://example.com javascript:alert(1)", []string{"http://example.com ftp://example.com javascript:alert(1)"}},
		{"//example.com example.com www.example.com", []string{"//example.com example.com www.example.com"}},
		{"xhttps://example.com", []string{"xhttps://example.com"}},
		{"https://", []string{"https://"}},
		{"https:// example.com", []string{"https:// example.com"}},
		{"https://localhost/ https://router", []string{"https://localhost/ https://router"}},
		{"https://192.168.0.1/ https://2130706433 https://0x7f.0x1 https://[::1]/", []string{"https://192.168.0.1/ https://2130706433 https://0x7f.0x1 https://[::1]/"}},
		{"https://a..example https://-a.example https://.example", []string{"https://a..example https://-a.example https://.example"}},
		{"https://google.com@evil.example", []string{"https://google.com@evil.example"}},
		{"https://google.com:pass@evil.example/x", []string{"https://google.com:pass@evil.example/x"}},
		{"https://google.com:443@evil.example", []string{"https://google.com:443@evil.example"}},
		{"https://google.com%2f@evil.example", []string{"https://google.com%2f@evil.example"}},
		{"https://google.com\\@evil.example", []string{"https://google.com\\@evil.example"}},
		{"https://google.com_evil.example", []string{"https://google.com_evil.example"}},
		{"https://evil.example/google.com@x", []string{"→https://evil.example/google.com@x"}},
		{"https://example.com/" + strings.Repeat("a", maxLink), []string{"https://example.com/" + strings.Repeat("a", maxLink)}},
		{"https://" + strings.Repeat("a", maxHost) + ".example", []string{"https://" + strings.Repeat("a", maxHost) + ".example"}},
	} {
		var got []string
		for _, segment := range Segments(test.text) {
			if segment.Link {
				segment.Text = "→" + segment.Text
			}
			got = append(got, segment.Text)
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

// FuzzSegments wants the segments to be the text, and links to be harmless.
func FuzzSegments(f *testing.F) {
	for _, text := range []string{"", "https://example.com/", "https://a@b.example", "これhttps://example.comを", "https://https://a.b:1@", "\xffhttps://x.y\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var all strings.Builder
		for _, segment := range Segments(text) {
			all.WriteString(segment.Text)
			if segment.Text == "" {
				t.Errorf("%q has an empty segment", text)
			}
			if !segment.Link {
				continue
			}
			rest, https := strings.CutPrefix(strings.ToLower(segment.Text), "https://")
			host, _, _ := strings.Cut(rest, "/")
			if !https || !strings.Contains(host, ".") || strings.ContainsAny(segment.Text, " \t\r\n\\\"<>") || !utf8.ValidString(segment.Text) || len(segment.Text) > maxLink {
				t.Errorf("%q has the link %q", text, segment.Text)
			}
			if authority, _, _ := strings.Cut(host, "?"); strings.Contains(strings.SplitN(authority, "#", 2)[0], "@") {
				t.Errorf("%q has the link %q with a user name", text, segment.Text)
			}
		}
		if all.String() != text {
			t.Errorf("%q became %q", text, all.String())
		}
	})
}
