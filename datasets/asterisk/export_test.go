package asterisk

// What tests look at from the outside.
var (
	ParseTranscripts = parseTranscripts
	ReadDeb          = readDeb
	Member           = member
	Phrases          = phrases
)
