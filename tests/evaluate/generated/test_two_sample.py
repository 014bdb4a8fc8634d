from diabolo.evaluate.generated.two_sample import two_sample, two_sample_logistic


def test_nobody_tells_real_rows_from_real_ones(cells):
    score, area = two_sample(cells[1], cells[2])
    assert score > 0.85
    assert abs(area - 0.5) < 0.08


def test_trees_see_what_joins_columns_and_the_linear_one_does_not(cells, apart):
    assert two_sample(cells[1], apart)[0] < 0.1
    assert two_sample_logistic(cells[1], apart) > 0.8


def test_a_seed_decides(cells):
    assert two_sample(cells[1], cells[2], 5) == two_sample(cells[1], cells[2], 5)
