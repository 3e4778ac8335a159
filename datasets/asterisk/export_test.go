package asterisk

// What tests look at from the outside.
var (
	ParseTranscripts = parseTranscripts
	ReadWAV          = readWAV
	ReadDeb          = readDeb
	Member           = member
	Phrases          = phrases
)
