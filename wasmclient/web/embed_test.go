package web_test

import (
	"html/template"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/web"
)

func page(t *testing.T, matchmaking, signaling string) string {
	t.Helper()
	index, err := template.New("index.html").Funcs(template.FuncMap{
		"versioned": func(name string) string { return name },
		"size":      func(string) int { return 7 },
	}).ParseFS(web.Files(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := index.Execute(&out, map[string]string{"MatchmakingURL": matchmaking, "SignalingURL": signaling, "PublicURL": "https://chat.example/"}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestPageTellsWhereTheServicesAre(t *testing.T) {
	t.Parallel()
	html := page(t, "http://localhost:8081", "https://signaling.example:8443/api")
	for _, want := range []string{
		`data-matchmaking-url="http://localhost:8081"`,
		`data-signaling-url="https://signaling.example:8443/api"`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if html := page(t, "", ""); !strings.Contains(html, `data-matchmaking-url=""`) {
		t.Error("the page's own origin is not the empty text")
	}
}

// A strict Content-Security-Policy refuses what stands in the page itself.
func TestPageHasNothingInline(t *testing.T) {
	t.Parallel()
	html := page(t, "", "")
	for _, forbidden := range []string{`<style`, `\sstyle=`, `\son[a-z]+=`, `<script>`, `javascript:`, `https?://[^wc]`} {
		if found := regexp.MustCompile(forbidden).FindString(html); found != "" {
			t.Errorf("the page has %q", found)
		}
	}
}

func TestPageNamesOnlyItsOwnFiles(t *testing.T) {
	t.Parallel()
	names := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page(t, "", ""), -1)
	if len(names) == 0 {
		t.Fatal("the page names no file")
	}
	for _, name := range names {
		if strings.HasPrefix(name[1], "data:") || strings.HasPrefix(name[1], "dist/") {
			continue
		}
		if _, err := fs.Stat(web.Files(), name[1]); err != nil {
			t.Errorf("the page names a file that is not there: %v", err)
		}
	}
}

// TestPageIsInBothLanguages checks that each text stands in both, and that interests
// have the names that sentences use.
func TestPageIsInBothLanguages(t *testing.T) {
	t.Parallel()
	html := page(t, "", "")
	english, japanese := strings.Count(html, `<span lang="en">`), strings.Count(html, `<span lang="ja">`)
	if english != japanese || english == 0 {
		t.Errorf("%d texts in English, %d in Japanese", english, japanese)
	}
	for _, interest := range ui.Interests {
		want := `id="interest-` + interest.ID + `" type="button" class="interest" aria-pressed="false" disabled>` +
			`<span lang="en">` + interest.Name.In(ui.English) + `</span><span lang="ja">` + interest.Name.In(ui.Japanese) + `</span></button>`
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if got := strings.Count(html, `class="interest"`); got != len(ui.Interests) {
		t.Errorf("%d interests, want %d", got, len(ui.Interests))
	}
}

func TestBuilt(t *testing.T) {
	t.Parallel()
	_, err := fs.Stat(web.Files(), "dist/client.wasm")
	if built := web.Built(); built != (err == nil) {
		t.Errorf("Built is %v, and looking for the client says %v", built, err)
	}
}
