// Package speech writes what is said in recordings, with pretrained models of package transformers.
//
//	whisper, err := speech.Load(dir)
//	transcript, err := whisper.Transcribe(ctx, samples, speech.Options{})
//	err = transcript.Write(os.Stdout, speech.SRT)
//
// A recording of up to 30 seconds is one window, heard as Transformers' generate hears it. A longer one is read window by
// window, as OpenAI's transcribe reads it: each begins where the last whole segment of the one before ended, a window that
// came out badly is tried again at higher temperatures, and one in which nobody speaks is left out.
package speech
