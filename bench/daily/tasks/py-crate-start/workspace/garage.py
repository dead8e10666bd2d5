def multiply_crates(crates):
    product = 0
    for crate in crates:
        product *= crate
    return product
