package torch_test

import (
	"fmt"

	"multitorch/torch"
)

func ExampleTensor_Index() {
	x := torch.Arange(0, 12, 1).View(3, 4)
	fmt.Println(x.Index(1))                                    // x[1]
	fmt.Println(x.Index(torch.R(1, nil), torch.R(nil, -1, 2))) // x[1:, :-1:2]
	fmt.Println(x.Index(torch.Ellipsis, []int{3, 0}))          // x[..., [3, 0]]
	fmt.Println(x.Index(x.Gt(8)))                              // x[x > 8]
	// Output:
	// tensor([4, 5, 6, 7])
	// tensor([[ 4,  6],
	//         [ 8, 10]])
	// tensor([[ 3,  0],
	//         [ 7,  4],
	//         [11,  8]])
	// tensor([ 9, 10, 11])
}

func ExampleTensor_IndexPut() {
	x := torch.Zeros(torch.Shape{2, 3})
	x.IndexPut(1, torch.Colon, 0) // x[:, 0] = 1
	x.IndexPut(7, 1, []bool{false, true, true})
	fmt.Println(x)
	// Output:
	// tensor([[1., 0., 0.],
	//         [1., 7., 7.]])
}

func ExampleTensor_Sum() {
	x := torch.Ones(torch.Shape{2, 3})
	fmt.Println(x.Sum(), x.Sum(1).Shape(), x.Sum(1, torch.KeepDim).Shape())
	// Output: tensor(6.) [2] [2 1]
}

func ExampleToNested() {
	rows := torch.ToNested[[][]float32](torch.Eye(2))
	fmt.Println(rows)
	// Output: [[1 0] [0 1]]
}

func ExampleWithData() {
	x := torch.Zeros(torch.Shape{3})
	torch.WithData(x, func(data []float32) {
		for i := range data {
			data[i] = float32(i)
		}
	})
	fmt.Println(x)
	// Output: tensor([0., 1., 2.])
}
