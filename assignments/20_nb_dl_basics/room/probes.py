"""Cells that are executed behind the student's: each calls one function with what the room was given, and lets the results out as data. Public
and hidden cases run the same ones, with other questions."""
# ruff: noqa: B905, E402, E501, F821

# %% after=terms
room.save("terms", dict(answers))

# %% after=linear_regression
import probe_tools as p

found = []
for q in p.questions("linear_gradient"):
    loss, dw, db = p.some(linear_gradient(p.array(q["X"]), p.array(q["y"]), p.array(q["w"]), q["b"]), "linear_gradient", 3)
    found.append(p.told(loss=loss, dw=dw, db=db))
room.save("linear_gradient", found)

# %% after=linear_regression
import probe_tools as p

found = []
for q in p.questions("linear_fit"):
    w, b = p.some(linear_fit(p.array(q["X"]), p.array(q["y"])), "linear_fit", 2)
    found.append(p.told(w=w, b=b))
room.save("linear_fit", found)

# %% after=gradient_descent
import probe_tools as p

found = []
for q in p.questions("gradient_descent"):
    start = p.array(q["theta"])
    found.append(p.told(path=gradient_descent(p.bowl(q), start, q["eta"], q["steps"]), kept=start))
room.save("gradient_descent", found)

# %% after=gradient_descent
import probe_tools as p

room.save("largest_rate", [p.told(rate=largest_rate(p.array(q["A"]))) for q in p.questions("largest_rate")])

# %% after=perceptron
import probe_tools as p

found = []
for q in p.questions("perceptron"):
    w, b, wrong = p.some(perceptron(p.array(q["X"]), p.array(q["t"]), q["epochs"]), "perceptron", 3)
    found.append(p.told(w=w, b=b, wrong=wrong))
room.save("perceptron", found)

# %% after=regression_losses
import probe_tools as p

found = []
for q in p.questions("regression_losses"):
    y, guess = p.array(q["y"]), p.array(q["p"])
    three = {"mse": mse(y, guess), "mae": mae(y, guess), "rmse": rmse(y, guess)}
    found.append(p.told(**three, huber=huber(y, guess, q["delta"]), log_cosh=log_cosh(y, guess), quantile=quantile(y, guess, q["gamma"])))
room.save("regression_losses", found)

# %% after=cross_entropy
import numpy as np
import probe_tools as p

found = []
for q in p.questions("cross_entropy"):
    logits = p.array(q["logits"])
    loss, dlogits = p.some(cross_entropy(logits, np.array(q["labels"], dtype=int)), "cross_entropy", 2)
    found.append(p.told(loss=loss, dlogits=dlogits, kept=logits))
room.save("cross_entropy", found)

# %% after=activations
import probe_tools as p

found = []
for q in p.questions("activations"):
    x = p.array(q["x"])
    found.append(p.told(sigmoid=sigmoid(x), tanh=tanh(x)))
room.save("activations", found)

# %% after=activations
import probe_tools as p

found = []
for q in p.questions("slopes"):
    y = p.array(q["y"])
    found.append(p.told(sigmoid=slope("sigmoid", y), tanh=slope("tanh", y), relu=slope("relu", p.array(q["relu_y"]))))
room.save("slopes", found)

# %% after=graph
import probe_tools as p

found = []
for q in p.questions("graph"):
    values = p.some(forward(q["graph"], p.array(q["inputs"])), "forward")
    found.append(p.told(values=values, grads=backward(q["graph"], p.array(values))))
room.save("graph", found)

# %% after=numerical_gradient
import numpy as np
import probe_tools as p

found = []
for q in p.questions("numerical_gradient"):
    x, c = p.array(q["x"]), p.array(q["c"])
    gradient = numerical_gradient(lambda at, c=c: float(np.sum(c * at**3) + np.sum(at) ** 2), x, q["h"])
    found.append(p.told(gradient=gradient, kept=x))
room.save("numerical_gradient", found)

# %% after=mlp
import probe_tools as p

found = []
for q in p.questions("mlp_forward"):
    outputs = p.some(mlp_forward(p.array(q["x"]), p.pairs(q["layers"]), p.curve(q["activation"])[0]), "mlp_forward")
    found.append(p.told(**{str(k): each for k, each in enumerate(outputs)}))
room.save("mlp_forward", found)

# %% after=mlp
import probe_tools as p

found = []
for q in p.questions("mlp_backward"):
    outputs, dlast = [p.array(each) for each in q["outputs"]], p.array(q["dlast"])
    grads = p.some(mlp_backward(outputs, p.pairs(q["layers"]), p.curve(q["activation"])[1], dlast), "mlp_backward")
    named = {f"d{name}{k}": value for k, pair in enumerate(grads) for name, value in zip("Wb", pair)}
    found.append(p.told(**named, kept=p.flat(*outputs, dlast)))
room.save("mlp_backward", found)

# %% after=layer_variances
import probe_tools as p

found = []
for q in p.questions("layer_variances"):
    f, df = p.curve(q["activation"])
    found_both = layer_variances(p.array(q["x"]), [p.array(W) for W in q["weights"]], f, df, p.array(q["dlast"]))
    ahead, back = p.some(found_both, "layer_variances", 2)
    found.append(p.told(forward=ahead, backward=back))
room.save("layer_variances", found)

# %% after=init_weights
import numpy as np
import probe_tools as p

for k, q in enumerate(room.load("chance")["init_weights"]):
    rng = np.random.default_rng(q["seed"])
    for name, chance in (
        ("first", rng),
        ("second", rng),
        ("again", np.random.default_rng(q["seed"])),
        ("other", np.random.default_rng(q["seed"] + 1)),
    ):
        W = p.some(init_weights(q["kind"], q["fan_in"], q["fan_out"], chance), "init_weights")
        room.save(f"init_weights/{k}.{name}", np.array(W, dtype=float))
room.save("init_weights", True)

# %% after=dropout
import numpy as np
import probe_tools as p

x, q = room.load("dropout_x"), room.load("chance")["dropout"]
rng, given = np.random.default_rng(q["seed"]), x.copy()
for name, chance in (
    ("y", rng),
    ("second", rng),
    ("again", np.random.default_rng(q["seed"])),
    ("other", np.random.default_rng(q["seed"] + 1)),
):
    y, mask = p.some(dropout(given, q["rate"], True, chance), "dropout", 2)
    room.save(f"dropout/{name}", np.array(y, dtype=float))
    if name == "y":
        room.save("dropout/mask", np.array(mask, dtype=float))
room.save("dropout/test", np.array(dropout(given, q["rate"], False, rng)[0], dtype=float))
room.save("dropout/none", np.array(dropout(given, 0.0, True, rng)[0], dtype=float))
room.save("dropout/kept", given)
room.save("dropout", True)

# %% after=dropout
import probe_tools as p

found = [
    p.told(dx=dropout_backward(p.array(q["dy"]), p.array(q["mask"]), q["rate"], q["training"])) for q in p.questions("dropout_backward")
]
room.save("dropout_backward", found)

# %% after=weight_decay
import probe_tools as p

found = []
for q in p.questions("weight_decay"):
    layers = p.pairs(q["layers"])
    stepped = p.some(decayed_step(layers, p.pairs(q["grads"]), q["eta"], q["decay"]), "decayed_step")
    named = {f"{name}{k}": value for k, pair in enumerate(stepped) for name, value in zip("Wb", pair)}
    found.append(p.told(**named, kept=p.flat(*(each for pair in layers for each in pair))))
room.save("weight_decay", found)

# %% after=validation
import numpy as np
import probe_tools as p

q = room.load("chance")["split"]
row = np.arange(q["examples"], dtype=float)
X, y = np.column_stack([row, row / 8, -row]), 10 * row
rng = np.random.default_rng(q["seed"])
for name, value in zip(("X", "y", "X_val", "y_val"), p.some(split(X.copy(), y.copy(), q["fraction"], rng), "split", 4)):
    room.save(f"split/{name}", np.array(value, dtype=float))
for name, chance in (("second", rng), ("again", np.random.default_rng(q["seed"])), ("other", np.random.default_rng(q["seed"] + 1))):
    room.save(f"split/{name}", np.array(split(X.copy(), y.copy(), q["fraction"], chance)[2], dtype=float))
room.save("split", True)

# %% after=validation
import probe_tools as p

found = []
for q in p.questions("standardise"):
    train_part, held = p.array(q["train"]), p.array(q["validation"])
    new_train, new_held = p.some(standardise(train_part, held), "standardise", 2)
    found.append(p.told(train=new_train, validation=new_held, kept=p.flat(train_part, held)))
room.save("standardise", found)

# %% after=choose_degree
import probe_tools as p

found = []
for q in p.questions("choose_degree"):
    three = choose_degree(*(p.array(q[name]) for name in ("x", "y", "x_val", "y_val")), q["degrees"])
    errors, held_errors, choice = p.some(three, "choose_degree", 3)
    found.append(p.told(train=errors, validation=held_errors, choice=choice))
room.save("choose_degree", found)

# %% after=momentum
import probe_tools as p

room.save("momentum", [p.walked(momentum, q, eta=q["eta"], gamma=q["gamma"]) for q in p.questions("momentum")])

# %% after=momentum
import probe_tools as p

room.save("nag", [p.walked(nag, q, eta=q["eta"], gamma=q["gamma"]) for q in p.questions("nag")])

# %% after=adaptive
import probe_tools as p

room.save("adagrad", [p.walked(adagrad, q, eta=q["eta"], eps=q["eps"]) for q in p.questions("adagrad")])

# %% after=adaptive
import probe_tools as p

room.save("rmsprop", [p.walked(rmsprop, q, eta=q["eta"], gamma=q["gamma"], eps=q["eps"]) for q in p.questions("rmsprop")])

# %% after=adaptive
import probe_tools as p

room.save("adadelta", [p.walked(adadelta, q, gamma=q["gamma"], eps=q["eps"]) for q in p.questions("adadelta")])

# %% after=adam
import probe_tools as p

names = ("eta", "beta1", "beta2", "eps")
room.save("adam", [p.walked(adam, q, **{name: q[name] for name in names}) for q in p.questions("adam")])

# %% after=read_idx
import probe_tools as p

room.save("read_idx", [p.asked(read_idx, q["path"]) for q in p.questions("read_idx")])

# %% after=training
import numpy as np
import probe_tools as p

q = room.load("chance")["minibatches"]
rng = np.random.default_rng(q["seed"])
asked = {"first": rng, "second": rng, "again": np.random.default_rng(q["seed"]), "other": np.random.default_rng(q["seed"] + 1)}
for name, chance in asked.items():
    batches = p.some(minibatches(q["examples"], q["size"], chance), "minibatches")
    room.save(f"minibatches.{name}", [[int(i) for i in batch] for batch in batches])
room.save("minibatches", True)

# %% after=training
import numpy as np
import probe_tools as p

rng = np.random.default_rng(room.load("chance")["train"]["seed"])
layers = p.some(train(room.load("digits"), room.load("labels"), rng), "train")
for k, (W, b) in enumerate(layers):
    room.save(f"train/{k}.W", np.array(W, dtype=float))
    room.save(f"train/{k}.b", np.array(b, dtype=float))
room.save("train", len(layers))
