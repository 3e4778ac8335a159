package transformers_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
)

// damaged are settings with one value exchanged, for each number, list or word of them.
func damaged(settings map[string]any, values []any) (all []map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		exchange := func(value any) {
			c := maps.Clone(settings)
			c[key] = value
			all = append(all, c)
		}
		if within, ok := settings[key].(map[string]any); ok {
			for _, c := range damaged(within, values) {
				exchange(c)
			}
			continue
		}
		for _, v := range values {
			exchange(v)
		}
	}
	return all
}

// Whatever stands in a config.json, loading ends soon, in a model or an error.
func TestDamagedSettingsOfModelsOfPictures(t *testing.T) {
	values := []any{-1, 0, 1 << 31, 1 << 62, "x", nil, []int{}}
	for _, name := range []string{"vit_masked_image", "tiny_clip", "tiny_siglip", "tiny_resnet", "tiny_dinov2", "tiny_convnext"} {
		g := readGolden(t, name)
		dir := g.folder(t)
		var settings map[string]any
		require.NoError(t, json.Unmarshal(g.Config, &settings))
		for _, c := range damaged(settings, values) {
			text, err := json.Marshal(c)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), text, 0o666))
			start := time.Now()
			torch.Step(func() {
				if m, err := transformers.FromPretrained[transformers.Model](dir); err == nil {
					_ = torch.Try(func() error { g.pictured(t, m); return nil })
				}
			})
			require.Less(t, time.Since(start), time.Minute, "%s", text)
		}
	}
}
