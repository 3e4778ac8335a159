package ctc

import "strings"

// SpaceToken is a space as a token of a model of characters, for ARPA files have spaces between tokens.
const SpaceToken = "<space>"

// CharacterTokens are the characters of a text as tokens.
func CharacterTokens(text string) []string {
	var tokens []string
	for _, r := range text {
		tokens = append(tokens, characterToken(r))
	}
	return tokens
}

func characterToken(r rune) string {
	if r == ' ' {
		return SpaceToken
	}
	return string(r)
}

// Characters is a model whose tokens are characters, as a [Beam] asks it.
func (m *NGram) Characters() LanguageModel { return characterModel{m} }

// Words is a model whose tokens are words: it is asked whenever a word ends, and until then says that any character is
// certain. A [Beam] with it needs a larger width.
func (m *NGram) Words() LanguageModel { return wordModel{m} }

type characterModel struct{ m *NGram }

// Start is the beginning of a text.
func (c characterModel) Start() State { return c.m.behind("", BeginToken) }

// Next asks for a character.
func (c characterModel) Next(s State, r rune) (float64, State) {
	token := c.m.known(characterToken(r))
	return c.m.probability(s.(string), token), c.m.behind(s.(string), token)
}

// End asks for the end.
func (c characterModel) End(s State) float64 { return c.m.probability(s.(string), c.m.known(EndToken)) }

// behind is the history that counts behind one more token.
func (m *NGram) behind(h, token string) string {
	if m.order == 1 {
		return ""
	}
	h = join(h, token)
	for strings.Count(h, " ")+1 > m.order-1 {
		h = shorter(h)
	}
	return h
}

type wordModel struct{ m *NGram }

type wordState struct{ history, word string }

// Start is the beginning of a text.
func (w wordModel) Start() State { return wordState{history: w.m.behind("", BeginToken)} }

// Next asks for a word where a space ends one.
func (w wordModel) Next(s State, r rune) (float64, State) {
	state := s.(wordState)
	if r != ' ' {
		state.word += string(r)
		return 0, state
	}
	return w.ended(state)
}

// End asks for the last word and the end.
func (w wordModel) End(s State) float64 {
	p, state := w.ended(s.(wordState))
	return p + w.m.probability(state.history, w.m.known(EndToken))
}

func (w wordModel) ended(s wordState) (float64, wordState) {
	if s.word == "" {
		return 0, s
	}
	token := w.m.known(s.word)
	return w.m.probability(s.history, token), wordState{history: w.m.behind(s.history, token)}
}
