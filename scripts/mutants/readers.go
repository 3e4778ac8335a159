package main

import (
	"bufio"
	"bytes"
	"io"

	"multitorch/internal/archive"
	"multitorch/internal/npy"
	"multitorch/internal/pickle"
	"multitorch/internal/pt"
	"multitorch/internal/safetensors"
	"multitorch/internal/sound"
)

// plainly is a reader that only says whether it could.
func plainly(read func(file []byte) error) func(file []byte) (string, error) {
	return func(file []byte) (string, error) { return "", read(file) }
}

func readSafetensors(b []byte) error {
	_, err := safetensors.ReadHeader(bytes.NewReader(b), int64(len(b)))
	return err
}

func readIndex(b []byte) error {
	_, err := safetensors.ParseIndex(b)
	return err
}

func readNpy(b []byte) error {
	_, _, err := npy.ReadHeader(bufio.NewReader(bytes.NewReader(b)), int64(len(b)))
	return err
}

func readSound(b []byte) error {
	_, err := sound.Decode(bytes.NewReader(b), int64(len(b)), sound.Limits{MaxSamples: 1 << 22})
	return err
}

func readNpz(b []byte) error {
	z, err := archive.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return err
	}
	for _, f := range z.Entries {
		err := z.Read(f, func(r io.Reader, size int64) error {
			in := bufio.NewReader(r)
			if _, _, err := npy.ReadHeader(in, size); err != nil {
				return err
			}
			_, err := io.Copy(io.Discard, in)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func readPT(b []byte) error {
	_, err := pt.Read(bytes.NewReader(b), int64(len(b)))
	return err
}

func readPickle(b []byte) error {
	_, err := (&pickle.Machine{}).Load(pickle.NewReader(bytes.NewReader(b), int64(len(b))))
	return err
}
