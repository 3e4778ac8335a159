package main

import (
	"context"
	"errors"
	"runtime"

	"multitorch/torch"
)

// workers has many goroutines hand jobs to a pool, some of which panic or end.
func workers() error {
	pool := torch.NewWorkers(3)
	defer pool.Close()
	return each(many, func(i int) error {
		for k := range 5 {
			err := pool.Do(context.Background(), func() (err error) {
				switch (i + k) % 8 {
				case 0:
					panic("out")
				case 1:
					runtime.Goexit()
				}
				torch.Scoped(func(s *torch.Scope) { err = expect("exp", s.Own(torch.Zeros(torch.Shape{7})).Exp().Sum().Item(), 7) })
				return err
			})
			if fails := (i+k)%8 < 2; fails != (err != nil) {
				return errors.Join(errors.New("another outcome of a job"), err)
			}
		}
		return nil
	})
}
