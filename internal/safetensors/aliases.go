package safetensors

import (
	"fmt"
	"strings"
)

// resolveAliases takes the aliases out of the metadata, and finds those of others.
//
// The official package's save_model stores tied weights once, too. It notes the other names in the metadata as they
// are, {"head.weight": "embedding.weight"}, where a program may look for them: so these stay there. "format" is the one
// key that everybody writes, and no name of a tensor; and of a tie one name at least has a dot, as it is of two modules.
func (h *Header) resolveAliases() error {
	names := make(map[string]bool, len(h.Tensors))
	for _, t := range h.Tensors {
		names[t.Name] = true
	}
	for _, key := range sortedKeys(h.Metadata) {
		of := h.Metadata[key]
		name, ours := strings.CutPrefix(key, AliasPrefix)
		if !ours {
			continue
		}
		if names[name] || !names[of] {
			return fmt.Errorf("the metadata make %.80q an alias of %.80q: expected a new name for a stored tensor", name, of)
		}
		h.Aliases = append(h.Aliases, Alias{name, of})
		delete(h.Metadata, key)
	}
	for _, a := range h.Aliases {
		names[a.Name] = true
	}
	stored := make(map[string]bool, len(h.Tensors))
	for _, t := range h.Tensors {
		stored[t.Name] = true
	}
	for _, key := range sortedKeys(h.Metadata) {
		if of := h.Metadata[key]; key != "format" && of != "" && stored[of] && !names[key] && strings.Contains(key+of, ".") {
			h.Tied = append(h.Tied, Alias{key, of})
		}
	}
	if len(h.Metadata) == 0 {
		h.Metadata = nil
	}
	return nil
}
