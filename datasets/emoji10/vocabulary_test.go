package emoji10_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/datasets/emoji10"
)

func ExampleTokenize() {
	fmt.Printf("%q\n", emoji10.Tokenize("Woman’s hat, size 12: Don't!"))
	// Output: ["woman" "s" "hat" "size" "12" "don't"]
}

func ExampleVocabulary() {
	v := emoji10.NewVocabulary([][]string{{"red", "heart"}, {"blue", "heart"}})
	numbers, length, err := v.Encode(emoji10.Tokenize("Green heart"))
	fmt.Printf("%q\n", v.Tokens())
	fmt.Println(numbers[:4], length, err)
	// Output:
	// ["<pad>" "<unk>" "heart" "blue" "red"]
	// [1 2 0 0] 2 <nil>
}

func TestTokenize(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"", nil},
		{" \n!?♪", nil},
		{"Côte d’Ivoire", []string{"c", "te", "d", "ivoire"}},
		{"rock'n'roll''", []string{"rock'n'roll''"}},
		{"A1b22", []string{"a", "1", "b", "22"}},
		{"٣ three", []string{"three"}},
		{"bad \xff bytes", []string{"bad", "bytes"}},
	}
	for _, test := range tests {
		require.Equal(t, test.want, emoji10.Tokenize(test.text), "%q", test.text)
	}
}

func FuzzTokenize(f *testing.F) {
	f.Add("Woman’s hat, size 12")
	f.Fuzz(func(t *testing.T, text string) {
		tokens := emoji10.Tokenize(text)
		require.Equal(t, tokens, emoji10.Tokenize(strings.Join(tokens, " ")), "tokens are tokens")
		for _, token := range tokens {
			require.Empty(t, strings.Trim(token, "abcdefghijklmnopqrstuvwxyz'0123456789"))
		}
	})
}

func TestEncode(t *testing.T) {
	v := emoji10.NewVocabulary([][]string{{"b", "a", "c"}, {"c", "<unk>", "<pad>"}})
	require.Equal(t, []string{"<pad>", "<unk>", "c", "a", "b"}, v.Tokens(), "by frequency, then by name")
	require.Equal(t, 5, v.Len())

	numbers, length, err := v.Encode([]string{"a", "z"})
	require.NoError(t, err)
	require.Equal(t, 2, length)
	require.Equal(t, append([]int64{3, 1}, make([]int64, 14)...), numbers)

	numbers, length, err = v.Encode(strings.Split(strings.Repeat("c ", 30)+"a", " "))
	require.NoError(t, err)
	require.Equal(t, 16, length)
	require.Len(t, numbers, 16)

	_, _, err = v.Encode(emoji10.Tokenize("  ♪ "))
	require.ErrorContains(t, err, "the text is empty")
}

func TestVocabularyJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := emoji10.NewVocabulary(rapid.SliceOf(rapid.SliceOf(rapid.String())).Draw(t, "texts"))
		content, err := json.Marshal(want)
		require.NoError(t, err)
		var got emoji10.Vocabulary
		require.NoError(t, json.Unmarshal(content, &got))
		require.Equal(t, want, &got)
	})
}

func TestVocabularyJSONErrors(t *testing.T) {
	tests := []struct{ content, want string }{
		{`{}`, "list of strings"},
		{`[1]`, "list of strings"},
		{`[]`, "begins with"},
		{`null`, "begins with"},
		{`["<pad>"]`, "begins with"},
		{`["<unk>","<pad>"]`, "begins with"},
		{`["<pad>","<unk>","a","b","a"]`, `"a" twice, as 2 and as 4`},
		{`["<pad>","<unk>","<pad>"]`, `"<pad>" twice`},
	}
	for _, test := range tests {
		v := emoji10.NewVocabulary([][]string{{"kept"}})
		require.ErrorContains(t, json.Unmarshal([]byte(test.content), v), test.want, test.content)
		require.Equal(t, []string{"<pad>", "<unk>", "kept"}, v.Tokens(), "an error changes nothing")
	}
}

func FuzzVocabulary(f *testing.F) {
	f.Add([]byte(`["<pad>","<unk>","a","b"]`))
	f.Fuzz(func(t *testing.T, content []byte) {
		var v emoji10.Vocabulary
		if json.Unmarshal(content, &v) != nil {
			return
		}
		for i, token := range v.Tokens() {
			require.EqualValues(t, i, v.Number(token))
		}
	})
}
