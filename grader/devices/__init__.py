"""Devices: where kernels run. One file a kind of device beside `contract.py`; `table.py` lists them."""
