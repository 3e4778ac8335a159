package tokenizers

import "sync"

// A Config is what a tokenizer consists of. All but the model may be nil.
type Config struct {
	AddedTokens   []AddedToken
	Normalizer    Normalizer
	PreTokenizer  PreTokenizer
	Model         Model
	PostProcessor PostProcessor
	Decoder       Decoder
	Truncation    *Truncation
	Padding       *Padding
}

// A Tokenizer makes tokens of text. It doesn't change: With makes another one.
type Tokenizer struct {
	config      Config
	model       model
	added       *addedVocab
	normalize   normalize
	preTokenize preTokenize
	postProcess postProcess // apply is nil where there is none
	decode      decode      // nil where there is none
	scratch     *sync.Pool
}

// New builds a tokenizer. What contradicts itself is an error.
func New(c Config) (*Tokenizer, error) {
	if c.Model == nil {
		return nil, errorf("tokenizers: a tokenizer needs a model")
	}
	m, err := c.Model.model()
	if err != nil {
		return nil, errorf("tokenizers: %w", err)
	}
	return build(c, m)
}

// With is a tokenizer with changes:
//
//	short, err := tokenizer.With(func(c *tokenizers.Config) { c.Truncation = nil })
func (t *Tokenizer) With(change func(*Config)) (*Tokenizer, error) {
	c := t.Config()
	change(&c)
	if c.Model == t.config.Model {
		return build(c, t.model)
	}
	return New(c)
}

func build(c Config, m model) (_ *Tokenizer, err error) {
	defer func() {
		if err != nil {
			err = errorf("tokenizers: %w", err)
		}
	}()
	t := &Tokenizer{config: c, model: m, scratch: &sync.Pool{New: func() any { return newScratch() }}}
	if t.normalize, err = buildNormalizer(c.Normalizer); err != nil {
		return nil, err
	}
	if c.PreTokenizer != nil {
		if t.preTokenize, err = c.PreTokenizer.preTokenizer(); err != nil {
			return nil, err
		}
	}
	if c.PostProcessor != nil {
		if t.postProcess, err = c.PostProcessor.postProcessor(); err != nil {
			return nil, err
		}
	}
	if c.Decoder != nil {
		if t.decode, err = c.Decoder.decoder(); err != nil {
			return nil, err
		}
	}
	if t.added, err = addTokens(c.AddedTokens, m, t.normalize); err != nil {
		return nil, err
	}
	if c.Truncation != nil {
		truncation := *c.Truncation
		if err := truncation.check(t.specials(false)); err != nil {
			return nil, err
		}
		t.config.Truncation = &truncation
	}
	if c.Padding != nil {
		padding := *c.Padding
		if err := padding.check(); err != nil {
			return nil, err
		}
		t.config.Padding = &padding
	}
	t.config.AddedTokens = t.added.list()
	return t, nil
}

// Config is what the tokenizer consists of; added tokens have their ids. The model's vocabulary must not be changed.
func (t *Tokenizer) Config() Config {
	c := t.config
	c.AddedTokens = append([]AddedToken(nil), c.AddedTokens...)
	if c.Truncation != nil {
		truncation := *c.Truncation
		c.Truncation = &truncation
	}
	if c.Padding != nil {
		padding := *c.Padding
		c.Padding = &padding
	}
	return c
}

// specials is how many special tokens post-processing adds.
func (t *Tokenizer) specials(pair bool) int {
	if t.postProcess.added == nil {
		return 0
	}
	return t.postProcess.added(pair)
}

// NumSpecialTokensToAdd is how many special tokens surround a text, or a pair.
func (t *Tokenizer) NumSpecialTokensToAdd(pair bool) int { return t.specials(pair) }

// TokenToID is the id of a token, if there is one.
func (t *Tokenizer) TokenToID(token string) (int64, bool) {
	id, ok := t.added.ids[token]
	if !ok {
		id, ok = t.model.id(token)
	}
	return int64(id), ok
}

// IDToToken is the token with an id, if there is one.
func (t *Tokenizer) IDToToken(id int64) (string, bool) {
	if id < 0 || id > 1<<32-1 {
		return "", false
	}
	if name, ok := t.added.name(uint32(id)); ok {
		return name, true
	}
	return t.model.name(uint32(id))
}

// VocabSize is how many tokens there are, with or without those added.
func (t *Tokenizer) VocabSize(added bool) int {
	n := t.model.size()
	if added {
		for token := range t.added.ids {
			if _, ok := t.model.id(token); !ok {
				n++
			}
		}
	}
	return n
}

// Vocab is all tokens with their ids, with or without those added.
func (t *Tokenizer) Vocab(added bool) map[string]int64 {
	vocab := make(map[string]int64, t.model.size())
	for token, id := range t.model.vocab() {
		vocab[token] = int64(id)
	}
	if added {
		for token, id := range t.added.ids {
			vocab[token] = int64(id)
		}
	}
	return vocab
}
