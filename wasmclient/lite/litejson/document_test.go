package litejson_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite/litejson"
)

func TestDocument(t *testing.T) {
	t.Parallel()
	d := litejson.Document("{")
	d.Text("empty", "")
	d.Number("zero", 0)
	d.Truth("false", false)
	d.Texts("none", nil)
	d.Text("text", "a \"quote\",\n{[\u2028\x00")
	d.Number("number", -7)
	d.Truth("true", true)
	d.Texts("texts", []string{"", "}", "["})
	d.Name("list")
	d.Value("[")
	for _, number := range []int64{0, 8} {
		d.Next("{")
		d.Number("inner", number)
		d.Next("}")
	}
	d.Next("]")
	d.Text("last", "]")
	d.Next("}")
	want := map[string]any{
		"text": "a \"quote\",\n{[\u2028\x00", "number": -7.0, "true": true, "texts": []any{"", "}", "["},
		"list": []any{map[string]any{}, map[string]any{"inner": 8.0}}, "last": "]",
	}
	var got map[string]any
	if err := json.Unmarshal(d, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s\nis %v, %v, want %v", d, got, err, want)
	}
}
