package tokenizers

// A trie finds the tokens that a text begins with.
type trie struct {
	steps *pairTable
	nodes uint32
}

// newTrie makes room for so many bytes of tokens.
func newTrie(size int) *trie { return &trie{newPairTable(size), 1} }

// add notes a token under an id; a later one wins.
func (t *trie) add(text string, id uint32) {
	node := uint32(0)
	for i := range len(text) {
		next, found, ok := t.step(node, text[i])
		if !ok {
			next = t.nodes
			t.nodes++
		}
		if i+1 == len(text) {
			found = id + 1
		}
		t.steps.put(uint64(node)<<8|uint64(text[i]), next, found)
		node = next
	}
}

// step goes from a node by a byte: to the next node, and the id of the token that ends there plus one, or 0.
func (t *trie) step(node uint32, by byte) (next, id uint32, ok bool) {
	return t.steps.get(uint64(node)<<8 | uint64(by))
}
