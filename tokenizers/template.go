package tokenizers

import "slices"

// TemplateProcessing puts special tokens where templates say.
type TemplateProcessing struct {
	Single        []TemplatePiece          `json:"single"`
	Pair          []TemplatePiece          `json:"pair"`
	SpecialTokens map[string]TemplateToken `json:"special_tokens"`
}

// A TemplatePiece is either a text, or a special token. Its fields are those of the file.
type TemplatePiece struct {
	Sequence     *TemplateItem `json:"Sequence,omitzero"` // A or B
	SpecialToken *TemplateItem `json:"SpecialToken,omitzero"`
}

// A TemplateItem is what stands in a template, and the type of its tokens.
type TemplateItem struct {
	ID     string `json:"id"`
	TypeID uint32 `json:"type_id"`
}

// A TemplateToken is the tokens that a special token of a template stands for: mostly one.
type TemplateToken struct {
	ID     string   `json:"id"`
	IDs    []uint32 `json:"ids"`
	Tokens []string `json:"tokens"`
}

// TextPiece is A or B in a template.
func TextPiece(id string, typeID uint32) TemplatePiece {
	return TemplatePiece{Sequence: &TemplateItem{id, typeID}}
}

// SpecialPiece is a special token in a template.
func SpecialPiece(id string, typeID uint32) TemplatePiece {
	return TemplatePiece{SpecialToken: &TemplateItem{id, typeID}}
}

func (t TemplateProcessing) check() error {
	for name, pieces := range map[string][]TemplatePiece{"single": t.Single, "pair": t.Pair} {
		if len(pieces) > mostTemplate {
			return errorf("%s: %d pieces: want at most %d", name, len(pieces), mostTemplate)
		}
		specials := 0
		for i, p := range pieces {
			switch {
			case (p.Sequence == nil) == (p.SpecialToken == nil):
				return errorf("%s: %d: want either Sequence or SpecialToken", name, i)
			case p.Sequence != nil && !slices.Contains([]string{"A", "B"}, p.Sequence.ID):
				return errorf("%s: %d: unknown sequence %q: want A or B", name, i, p.Sequence.ID)
			case p.Sequence != nil && p.Sequence.ID == "B" && name == "single":
				return errorf("single: %d: there is no sequence B", i)
			case p.SpecialToken != nil:
				token, ok := t.SpecialTokens[p.SpecialToken.ID]
				if !ok {
					return errorf("%s: %d: %q is not in special_tokens", name, i, p.SpecialToken.ID)
				}
				if len(token.IDs) != len(token.Tokens) {
					return errorf("special_tokens: %q has %d ids, but %d tokens", p.SpecialToken.ID, len(token.IDs), len(token.Tokens))
				}
				if specials += len(token.IDs); specials > mostSpecials {
					return errorf("%s: more than %d special tokens", name, mostSpecials)
				}
			}
		}
	}
	return nil
}

func (t TemplateProcessing) postProcessor() (postProcess, error) {
	if err := t.check(); err != nil {
		return postProcess{}, errorf("post_processor: TemplateProcessing: %w", err)
	}
	template := func(pair bool) []TemplatePiece {
		if pair {
			return t.Pair
		}
		return t.Single
	}
	return postProcess{
		added: func(pair bool) int {
			n := 0
			for _, p := range template(pair) {
				if p.SpecialToken != nil {
					n += len(t.SpecialTokens[p.SpecialToken.ID].IDs)
				}
			}
			return n
		},
		apply: func(parts []*Encoding, special bool) ([]*Encoding, error) {
			if len(parts) != 1 && len(parts) != 2 {
				return nil, errorf("post_processor: TemplateProcessing is given %d texts: want one, or a pair", len(parts))
			}
			out := make([]*Encoding, 0, 5)
			for _, p := range template(len(parts) == 2) {
				if p.Sequence != nil {
					i := int(p.Sequence.ID[0] - 'A')
					e := parts[i].clone()
					e.setTypeIDs(int64(p.Sequence.TypeID))
					e.setSequence(i)
					out = append(out, e)
				} else if special {
					token := t.SpecialTokens[p.SpecialToken.ID]
					e := newEncoding(len(token.IDs))
					for j, id := range token.IDs {
						e.addSpecial(id, token.Tokens[j], int64(p.SpecialToken.TypeID))
					}
					out = append(out, e)
				}
			}
			return out, nil
		},
	}, nil
}
