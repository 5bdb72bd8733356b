package p2p

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSafeFileName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("写", 200)
	for _, test := range []struct{ name, in, want string }{
		{"plain", "holiday.jpg", "holiday.jpg"},
		{"japanese", "写真 1.png", "写真 1.png"},
		{"emoji", "🎌.gif", "🎌.gif"},
		{"path", "../../etc/passwd", "passwd"},
		{"windows path", `C:\Users\me\a.txt`, "a.txt"},
		{"only a path", "a/b/", "file"},
		{"empty", "", "file"},
		{"dots", "..", "file"},
		{"hidden", ".bashrc", "bashrc"},
		{"dots and spaces at the end", "a.txt. . ", "a.txt"},
		{"right to left override", "photo\u202egpj.exe", "photogpj.exe"},
		{"isolates and marks", "\u2066a\u2069\u200f.txt\u061c", "a.txt"},
		{"invisible", "a\u200b\ufeff.txt", "a.txt"},
		{"control", "a\x00\x1b[2J\n.txt", "a[2J .txt"},
		{"separators of lines", "a\u2028b\u2029c", "a b c"},
		{"not allowed on Windows", `a<b>c:d"e|f?g*h`, "a_b_c_d_e_f_g_h"},
		{"alternate stream", "a.txt:evil.exe", "a.txt_evil.exe"},
		{"device", "CON", "_CON"},
		{"device with an extension", "nul.tar.gz", "_nul.tar.gz"},
		{"device with a space", "aux .txt", "_aux .txt"},
		{"port", "com1.txt", "_com1.txt"},
		{"superscript port", "LPT¹", "_LPT¹"},
		{"no port", "com10", "com10"},
		{"no device", "console.log", "console.log"},
		{"not UTF-8", "a\xff.txt", "a_.txt"},
		{"many spaces", "a          .exe", "a .exe"},
		{"long", long + ".jpeg", strings.Repeat("写", 78) + ".jpeg"},
		{"long extension", "a." + strings.Repeat("x", 400), "a." + strings.Repeat("x", 238)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := SafeFileName(test.in); got != test.want {
				t.Errorf("SafeFileName(%q) is %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func FuzzSafeFileName(f *testing.F) {
	for _, seed := range []string{"a.txt", "../a", "CON.", " . ", "\u202ea", "_nul", strings.Repeat("é", 300) + ".png", strings.Repeat(".", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		safe := SafeFileName(name)
		switch {
		case safe == "", len(safe) > longestFileName+1, !utf8.ValidString(safe):
			t.Errorf("%q becomes %q", name, safe)
		case strings.ContainsAny(safe, `/\<>:"|?*`), strings.Trim(safe, ". ") != safe, isDevice(safe):
			t.Errorf("%q becomes %q", name, safe)
		case strings.ContainsFunc(safe, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }):
			t.Errorf("%q becomes %q", name, safe)
		case SafeFileName(safe) != safe:
			t.Errorf("%q becomes %q, and that becomes %q", name, safe, SafeFileName(safe))
		}
	})
}
