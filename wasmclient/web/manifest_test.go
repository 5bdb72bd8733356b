package web_test

import (
	"encoding/json"
	"fmt"
	"image/png"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/web"
)

// TestManifest checks what a browser needs to install the page: names, colors, and icons that
// are there in the sizes that the manifest says, one of them to be cut to any shape.
func TestManifest(t *testing.T) {
	t.Parallel()
	content, err := fs.ReadFile(web.Files(), "manifest.webmanifest")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Name            string
		StartURL        string `json:"start_url"`
		Display         string
		BackgroundColor string `json:"background_color"`
		ThemeColor      string `json:"theme_color"`
		Icons           []struct{ Src, Sizes, Type, Purpose string }
	}
	if err := json.Unmarshal(content, &manifest); err != nil {
		t.Fatal(err)
	}
	html := page(t, "", "")
	for _, color := range []string{manifest.BackgroundColor, manifest.ThemeColor} {
		if !strings.Contains(html, `data-scheme="light" content="`+color+`"`) {
			t.Errorf("the color %s is not that of index.html", color)
		}
	}
	if manifest.Name == "" || manifest.Display != "standalone" || manifest.StartURL != "./" {
		t.Errorf("the manifest says %+v", manifest)
	}
	found := map[string]bool{}
	for _, icon := range manifest.Icons {
		found[icon.Sizes+icon.Purpose] = true
		if path.Ext(icon.Src) == ".png" {
			testSize(t, icon.Src, icon.Sizes)
		} else if _, err := fs.Stat(web.Files(), icon.Src); err != nil {
			t.Error(err)
		}
	}
	for _, want := range []string{"any", "192x192", "512x512", "512x512maskable"} {
		if !found[want] {
			t.Errorf("there is no icon of %s", want)
		}
	}
}

// TestPictures checks the pictures that index.html names for home screens and previews.
func TestPictures(t *testing.T) {
	t.Parallel()
	html := page(t, "", "")
	for name, size := range map[string]string{"icon-180.png": "180x180", "card.png": "1200x630"} {
		testSize(t, name, size)
		if !strings.Contains(html, name+`"`) {
			t.Errorf("the page does not name %s", name)
		}
	}
	if !strings.Contains(html, `property="og:image" content="https://chat.example/card.png"`) {
		t.Error("the preview's picture has no full address")
	}
}

func testSize(t *testing.T, name, want string) {
	t.Helper()
	file, err := web.Files().Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // only read
	config, err := png.DecodeConfig(file)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if got := fmt.Sprintf("%dx%d", config.Width, config.Height); got != want {
		t.Errorf("%s has %s pixels, want %s", name, got, want)
	}
}
