// Command serve in scripts/bench asks a server the same again and again, and says how quickly it answers.
//
//	go run ./scripts/bench/serve -url http://localhost:8080/v1/classify -clients 64 -for 10s image=@shoe.png
//
// Fields are name=value, and name=@file for a file. It prints a line of JSON: requests per second, milliseconds at several
// quantiles, and how many answers there were of each status; "error" are those that were lost.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

type seen struct {
	took   []float64 // milliseconds, of those answered with 200
	status map[string]int
	other  int // answers that are not the first one's
}

func main() {
	url := flag.String("url", "http://localhost:8080/v1/classify", "where to send requests")
	clients := flag.Int("clients", 1, "clients, each with a connection of its own, that wait for an answer before they ask again")
	length := flag.Duration("for", 10*time.Second, "how long")
	most := flag.Int("requests", 0, "requests in all, at most; 0 for any number")
	name := flag.String("name", "", "what is measured, for the output")
	same := flag.Bool("same", false, "count answers that differ from the first")
	flag.Parse()
	contentType, body, err := form(flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ends := time.Now().Add(*length)
	var mu sync.Mutex
	left, first := *most, ""
	next := func() bool {
		mu.Lock()
		defer mu.Unlock()
		if *most > 0 {
			left--
		}
		return left >= 0 && time.Now().Before(ends)
	}
	all := seen{status: map[string]int{}}
	var clientsDone sync.WaitGroup
	begin := time.Now()
	for range *clients {
		clientsDone.Go(func() {
			client := &http.Client{Transport: &http.Transport{}, Timeout: 2 * time.Minute}
			mine := seen{status: map[string]int{}}
			for next() {
				start := time.Now()
				answer, err := client.Post(*url, contentType, bytes.NewReader(body))
				if err != nil {
					mine.status["error"]++
					fmt.Fprintln(os.Stderr, err)
					continue
				}
				text, err := io.ReadAll(answer.Body)
				answer.Body.Close()
				if err != nil {
					mine.status["error"]++
					continue
				}
				mine.status[answer.Status[:3]]++
				if answer.StatusCode != http.StatusOK {
					time.Sleep(10 * time.Millisecond) // a client that hammered would measure itself
					continue
				}
				mine.took = append(mine.took, float64(time.Since(start).Microseconds())/1000)
				if *same {
					mu.Lock()
					if first == "" {
						first = string(text)
					}
					if string(text) != first {
						mine.other++
					}
					mu.Unlock()
				}
			}
			mu.Lock()
			defer mu.Unlock()
			all.took = append(all.took, mine.took...)
			all.other += mine.other
			for status, n := range mine.status {
				all.status[status] += n
			}
		})
	}
	clientsDone.Wait()
	seconds := time.Since(begin).Seconds()
	slices.Sort(all.took)
	quantile := func(q float64) float64 {
		if len(all.took) == 0 {
			return 0
		}
		return all.took[min(len(all.took)-1, int(q*float64(len(all.took))))]
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"name": *name, "clients": *clients, "per_second": float64(len(all.took)) / seconds, "seconds": seconds,
		"p50_ms": quantile(0.5), "p99_ms": quantile(0.99), "max_ms": quantile(1), "status": all.status, "other_answers": all.other,
	})
}

func form(fields []string) (contentType string, body []byte, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		path, isFile := strings.CutPrefix(value, "@")
		if !isFile {
			if err := w.WriteField(name, value); err != nil {
				return "", nil, err
			}
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return "", nil, err
		}
		part, err := w.CreateFormFile(name, path)
		if err != nil {
			return "", nil, err
		}
		if _, err := part.Write(content); err != nil {
			return "", nil, err
		}
	}
	err = w.Close()
	return w.FormDataContentType(), b.Bytes(), err
}
