package launch

import (
	"strconv"
	"time"

	"multitorch/distributed/internal/c10d"
	"multitorch/distributed/internal/failure"
)

// tell leaves word in the store of a rank that ended with an error, unless it did so itself: the others may wait for it.
func (c *Config) tell(port, attempt int, e ending) {
	store, _, err := c10d.TCPStore(c.Master, port, false, 3*time.Second)
	if err != nil {
		return // the node that keeps it is lost, which the others see
	}
	defer store.Free()
	prefix := failure.Attempt(strconv.Itoa(attempt))
	if told, err := store.Has(prefix + failure.Of(e.rank)); err != nil || told {
		return
	}
	report := failure.Report{Error: e.err.Error(), Ranks: []int{e.rank}}
	_ = report.Leave(e.rank, func(key, value string) error { return store.Set(prefix+key, value) })
}
