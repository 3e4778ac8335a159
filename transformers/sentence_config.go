package transformers

import "fmt"

// What a sentence transformer has to know of an encoder's settings.

// textConfig is the settings of an encoder of texts.
type textConfig interface {
	text() (words, features, longest int, padding *int)
}

func (c *BertConfig) text() (words, features, longest int, padding *int) {
	return c.VocabSize, c.HiddenSize, c.MaxPositionEmbeddings, c.PadTokenID
}

func (c *RobertaConfig) text() (words, features, longest int, padding *int) {
	return c.VocabSize, c.HiddenSize, c.longest(), c.PadTokenID
}

func (c *DistilBertConfig) text() (words, features, longest int, padding *int) {
	return c.VocabSize, c.Dim, c.MaxPositionEmbeddings, c.PadTokenID
}

func longestText(m Model) int {
	if c, ok := m.Configuration().(textConfig); ok {
		_, _, longest, _ := c.text()
		return longest
	}
	return 512
}

func wordsOf(m Model) int {
	words, _, _, _ := m.Configuration().(textConfig).text()
	return words
}

// TextFeatures is the number of features that an encoder of texts has for each token.
func TextFeatures(m TextEncoder) int {
	_, features, _, _ := m.Configuration().(textConfig).text()
	return features
}

func paddingOf(m Model) int {
	if _, _, _, padding := m.Configuration().(textConfig).text(); padding != nil {
		return *padding
	}
	return 0
}

// FolderFeatures is TextFeatures of the encoder in a folder, of which only the settings are read.
func FolderFeatures(dir string) (int, error) {
	c, err := ReadConfig(dir)
	if err != nil {
		return 0, err
	}
	text, ok := c.(textConfig)
	if !ok {
		return 0, fmt.Errorf("%s: expected an encoder of texts, but it is a %s model", dir, c.Common().ModelType)
	}
	_, features, _, _ := text.text()
	return features, nil
}
