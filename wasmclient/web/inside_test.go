package web_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"google.golang.org/protobuf/reflect/protoreflect"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

// root is the directory of the repository, in which source links begin.
const root = "../.."

// explanation is one section of the words of the panel.
type explanation struct {
	title, text string
	links       []string
}

// readWords returns the sections of one language by their attribute and its value, such
// as "data-key=token".
func readWords(t *testing.T, language string) map[string]explanation {
	t.Helper()
	text, err := os.ReadFile("inside." + language + ".html")
	if err != nil {
		t.Fatal(err)
	}
	nodes, err := html.ParseFragment(bytes.NewReader(text), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]explanation{}
	for _, node := range nodes {
		if node.Type == html.TextNode && strings.TrimSpace(node.Data) == "" {
			continue
		}
		if node.DataAtom != atom.Section || len(node.Attr) != 1 {
			t.Fatalf("%s: %q is no section with one attribute", language, node.Data)
		}
		name := node.Attr[0].Key + "=" + node.Attr[0].Val
		if _, again := words[name]; again {
			t.Errorf("%s: %s is there twice", language, name)
		}
		words[name] = readSection(t, language+": "+name, node)
	}
	return words
}

// readSection reads a section. An element that is not closed shows as one inside another.
func readSection(t *testing.T, name string, section *html.Node) (found explanation) {
	t.Helper()
	parts := ""
	for node := range section.ChildNodes() {
		if node.Type == html.TextNode {
			found.text += node.Data
			continue
		}
		parts += node.Data + " "
		if node.FirstChild == nil || node.FirstChild != node.LastChild || node.FirstChild.Type != html.TextNode {
			t.Errorf("%s: %s holds more than text, or nothing", name, node.Data)
			continue
		}
		switch text := node.FirstChild.Data; node.DataAtom {
		case atom.H3:
			found.title = text
		case atom.P:
			found.text = text
		case atom.A:
			if len(node.Attr) != 1 || node.Attr[0].Key != "href" {
				t.Errorf("%s: a link has other attributes than href", name)
				continue
			}
			found.links = append(found.links, node.Attr[0].Val)
		default:
		}
	}
	want := map[string]string{
		"data-key": "h3 p " + strings.Repeat("a ", len(found.links)), "data-sdp": "p ", "data-text": "",
	}
	if expected, known := want[section.Attr[0].Key]; !known || parts != expected || strings.TrimSpace(found.text) == "" {
		t.Errorf("%s: it has %q and %d bytes of text", name, parts, len(found.text))
	}
	return found
}

func bothLanguages(t *testing.T) (english, japanese map[string]explanation) {
	t.Helper()
	return readWords(t, "en"), readWords(t, "ja")
}

func TestInsideIsInBothLanguages(t *testing.T) {
	t.Parallel()
	english, japanese := bothLanguages(t)
	for name := range japanese {
		if _, known := english[name]; !known {
			t.Errorf("%s is in Japanese only", name)
		}
	}
	for name, words := range english {
		translated, known := japanese[name]
		if !known {
			t.Errorf("%s is in English only", name)
			continue
		}
		for _, placeholder := range []string{"{code}", "{state}", "{ms}", "{n}"} {
			if strings.Count(words.title, placeholder) != strings.Count(translated.title, placeholder) {
				t.Errorf("%s: %s is not in both titles", name, placeholder)
			}
		}
		if !slices.Equal(words.links, translated.links) {
			t.Errorf("%s: the languages have other links", name)
		}
	}
}

func TestInsideTitlesFitTheirRow(t *testing.T) {
	t.Parallel()
	for language, longest := range map[string]int{"en": 60, "ja": 30} {
		for name, words := range readWords(t, language) {
			length := utf8.RuneCountInString(words.title)
			if strings.HasPrefix(name, "data-key=") && (length == 0 || length > longest) {
				t.Errorf("%s: the title of %s has %d characters, and may have %d", language, name, length, longest)
			}
		}
	}
}

// TestInsideExplainsTheContract checks that all procedures and events have words.
func TestInsideExplainsTheContract(t *testing.T) {
	t.Parallel()
	english, _ := bothLanguages(t)
	for service, file := range map[string]protoreflect.FileDescriptor{
		"matchmaking": matchmakingv1.File_wasmp2pchat_matchmaking_v1_matchmaking_proto,
		"signaling":   signalingv1.File_wasmp2pchat_signaling_v1_signaling_proto,
	} {
		methods := file.Services().Get(0).Methods()
		for i := range methods.Len() {
			method := methods.Get(i)
			wanted := []string{"call_sent." + string(method.Name())}
			if method.IsStreamingServer() {
				cases := method.Output().Oneofs().ByName("event").Fields()
				for j := range cases.Len() {
					wanted = append(wanted, "event."+service+"."+cases.Get(j).JSONName())
				}
			} else {
				wanted = append(wanted, "response."+string(method.Name()))
			}
			for _, key := range wanted {
				if _, known := english["data-key="+key]; !known {
					t.Errorf("no words for %s", key)
				}
			}
		}
	}
}

// TestInsideExplainsEachKind checks that each p2p.TraceKind has words: under its own name,
// or with a suffix.
func TestInsideExplainsEachKind(t *testing.T) {
	t.Parallel()
	english, _ := bothLanguages(t)
	names := slices.Collect(maps.Keys(english))
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "wasmclient/p2p/trace.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	kinds := 0
	ast.Inspect(file, func(node ast.Node) bool {
		constant, is := node.(*ast.ValueSpec)
		if !is || !strings.HasPrefix(constant.Names[0].Name, "Trace") {
			return true
		}
		for _, value := range constant.Values {
			literal, _ := value.(*ast.BasicLit)
			kind, err := strconv.Unquote(literal.Value)
			kinds++
			if err != nil || !slices.ContainsFunc(names, func(name string) bool {
				return name == "data-key="+kind || strings.HasPrefix(name, "data-key="+kind+".")
			}) {
				t.Errorf("no words for %s: %v", literal.Value, err)
			}
		}
		return true
	})
	if kinds == 0 {
		t.Error("trace.go has no kinds")
	}
}

// TestInsideLinks checks that links to the source lead to a function, and others to
// specifications.
func TestInsideLinks(t *testing.T) {
	t.Parallel()
	english, _ := bothLanguages(t)
	functions := map[string][]string{}
	for name, words := range english {
		toSource := false
		for _, link := range words.links {
			target, err := url.Parse(link)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if target.Scheme != "" {
				if !isSpecification(target) {
					t.Errorf("%s: %s is no specification", name, link)
				}
				continue
			}
			toSource = true
			if functions[target.Path] == nil {
				functions[target.Path] = functionsOf(t, target.Path)
			}
			if !slices.Contains(functions[target.Path], target.Fragment) {
				t.Errorf("%s: %s has no func %s", name, target.Path, target.Fragment)
			}
		}
		if strings.HasPrefix(name, "data-key=") && !toSource {
			t.Errorf("%s has no link to the source", name)
		}
	}
}

func isSpecification(target *url.URL) bool {
	return target.Scheme == "https" && slices.ContainsFunc([]string{
		"rfc-editor.org", "w3.org", "w3c.github.io", "connectrpc.com", "ietf.org", "developer.mozilla.org",
	}, func(host string) bool { return target.Host == host || strings.HasSuffix(target.Host, "."+host) })
}

// functionsOf returns the names of the functions and methods in a file.
func functionsOf(t *testing.T, path string) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, path), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return nil
	}
	for _, declaration := range file.Decls {
		if function, is := declaration.(*ast.FuncDecl); is {
			names = append(names, function.Name.Name)
		}
	}
	return names
}
