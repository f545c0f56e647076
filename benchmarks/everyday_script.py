"""What an analyst would write without rfmeans: orders to R, F, M, K-Means with ten starts, two CSVs and a picture.

    python everyday_script.py ORDERS FOLDER

Takes Online Retail's columns, as Parquet or as the Kaggle CSV (ISO-8859-1), and benchmarks/scale.py's.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

mpl.use("Agg")
import matplotlib.pyplot as plt

source, folder = sys.argv[1], Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
orders = pd.read_parquet(source) if source.endswith(".parquet") else pd.read_csv(source, encoding="latin1")
if "InvoiceNo" in orders:
    orders["order_id"] = orders["InvoiceNo"].astype(str)
    orders["amount"] = orders["Quantity"] * orders["UnitPrice"]
    orders = orders.rename(columns={"CustomerID": "customer_id", "InvoiceDate": "ordered_at"})
    orders["ordered_at"] = pd.to_datetime(orders["ordered_at"], format="%m/%d/%Y %H:%M")
    orders = orders.dropna(subset="customer_id")
    orders = orders[~orders["order_id"].str.startswith("C")]
    orders = orders[orders["amount"] > 0]
orders["amount"] = orders["amount"].astype(float)
as_of = orders["ordered_at"].max().normalize() + pd.Timedelta(days=1)
customers = orders.groupby("customer_id").agg(
    last=("ordered_at", "max"), frequency=("order_id", "nunique"), monetary=("amount", "sum")
)
customers["recency"] = (as_of - customers.pop("last").dt.normalize()).dt.days
features = np.log1p(customers[["recency", "frequency", "monetary"]])
model = KMeans(4, n_init=10, random_state=0).fit(StandardScaler().fit_transform(features))
customers["segment"] = model.labels_
profile = customers.groupby("segment").agg(["mean", "median"])
customers.to_csv(folder / "customers.csv")
profile.to_csv(folder / "profile.csv")
figure, axes = plt.subplots(1, 3, figsize=(12, 4))
for axis, name in zip(axes, ("recency", "frequency", "monetary"), strict=True):
    customers.groupby("segment")[name].mean().plot.bar(ax=axis, title=name)
figure.savefig(folder / "segments.png")
