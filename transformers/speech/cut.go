package speech

// cut makes segments of a window's text where two times meet, as OpenAI's transcribe. What is behind the last such place is
// heard again in the next window, which begins there, unless the text ended with a single time: then nothing more is said.
// steps is where that is; 0 for the window's end.
func (r *reading) cut(t written, at, seconds float64) (segments []Segment, steps int) {
	first := r.tokens.noTimestamps + 1
	isTime := func(i int) bool { return i >= 0 && t.ids[i] >= first }
	n := len(t.ids)
	segment := func(from, to float64, ids []int64) {
		segments = append(segments, Segment{
			Seek: at, Start: from, End: to, Text: r.tokens.text(ids), Tokens: ids, Temperature: t.temperature,
			AvgLogProb: t.avgLogProb, CompressionRatio: t.compressionRatio, NoSpeechProb: t.noSpeech,
		})
	}
	var ends []int
	for i := 1; i < n; i++ {
		if isTime(i) && isTime(i-1) {
			ends = append(ends, i)
		}
	}
	single := n >= 2 && isTime(n-1) && !isTime(n-2)
	if len(ends) == 0 {
		for i := n - 1; i >= 0; i-- {
			if isTime(i) {
				if t.ids[i] != first {
					seconds = float64(t.ids[i]-first) * timeStep
				}
				break
			}
		}
		segment(at, at+seconds, t.ids)
		return segments, 0
	}
	if single {
		ends = append(ends, n)
	}
	begin := 0
	for _, end := range ends {
		ids := t.ids[begin:end]
		segment(at+float64(ids[0]-first)*timeStep, at+float64(ids[len(ids)-1]-first)*timeStep, ids)
		begin = end
	}
	if single {
		return segments, 0
	}
	return segments, int(t.ids[begin-1] - first)
}
