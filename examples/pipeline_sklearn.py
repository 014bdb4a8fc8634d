"""How wide should the waist be for a purpose? Let the purpose decide: python pipeline_sklearn.py

An autoencoder is a scikit-learn transformer, so it stands in a Pipeline before a classifier, and GridSearchCV finds the
width with which the classifier does best. The score is the classifier's, on rows that neither of the two has seen.
"""

from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import diabolo
from diabolo.data.samples import digit_labels, digits
from diabolo.nn import Dense


def main() -> None:
    X, y = digits()[:500].reshape(-1, 64), digit_labels()[:500]
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y)

    waist = diabolo.Autoencoder(architecture=Dense((64,)), max_epochs=10, random_state=0)
    steps = [("waist", waist), ("scale", StandardScaler()), ("classify", LogisticRegression(max_iter=500))]
    search = GridSearchCV(Pipeline(steps), {"waist__n_components": [2, 4, 8, 16]}, cv=2)
    search.fit(X_train, y_train)

    widths, accuracies = (
        search.cv_results_["param_waist__n_components"],
        search.cv_results_["mean_test_score"],
    )
    for k, accuracy in zip(widths, accuracies, strict=True):
        print(f"{k:3} numbers an image: accuracy {accuracy:.2f} in cross-validation")
    best = search.best_params_["waist__n_components"]
    print(f"best with {best}: accuracy {search.score(X_test, y_test):.2f} on the test rows")

    raw = LogisticRegression(max_iter=500).fit(X_train, y_train)
    print(f"with all 64 pixels: {raw.score(X_test, y_test):.2f}")


if __name__ == "__main__":
    main()
