package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/transformers/pretrained"
)

func TestModelsListSaysWhatThereIs(t *testing.T) {
	o := multitorch("models", "list").requireOK(t)
	for _, m := range pretrained.Models() {
		require.Contains(t, o.stdout, m.Name)
		require.Contains(t, o.stdout, "licence: "+m.Licence)
		require.Contains(t, o.stdout, m.Source())
	}
}

func TestModelsThatAreNotKnown(t *testing.T) {
	t.Setenv("MULTITORCH_DATA", t.TempDir())
	refused("models", "get", "gpt-9").requireError(t, failed, `the model "gpt-9": expected one of ["minilm" "whisper-tiny.en"]`)
	refused("models", "show", "gpt-9").requireError(t, failed, "or a folder that holds a model")
	refused("models", "show", "minilm").requireError(t, failed, "multitorch models get minilm gets it")
	dir := t.TempDir()
	refused("models", "show", dir).requireError(t, failed, dir, "there is no config.json in it")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{"model_type": "bert"}`), 0o644))
	refused("models", "show", dir).requireError(t, failed, "there are no weights in it")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "model.safetensors"), []byte("short"), 0o644))
	refused("models", "show", dir).requireError(t, failed, "model.safetensors")
	t.Setenv("PATH", "")
	refused("models", "get", "minilm").requireError(t, failed, "there is no pip3 on PATH")
}
