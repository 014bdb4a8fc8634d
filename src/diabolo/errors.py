"""Every error and warning a person can meet; each says what came, what is allowed and what to do."""

__all__ = [
    "AbsentAbilityError",
    "AlreadyWrongWarning",
    "AmbiguousLabelWarning",
    "AmbiguousTextWarning",
    "ArchitectureError",
    "BoundsError",
    "CapabilityError",
    "CatastrophicOverfittingWarning",
    "CheckpointError",
    "ChecksumError",
    "CollapseWarning",
    "ConstantColumnWarning",
    "DamagedCheckpointWarning",
    "DataError",
    "DeadDimensionWarning",
    "DiaboloError",
    "DiaboloWarning",
    "DiskFullError",
    "DivergenceError",
    "DivergenceWarning",
    "DuplicateColumnError",
    "EmptyColumnWarning",
    "EmptyDataError",
    "EpsilonError",
    "ExtraColumnWarning",
    "IdentifierColumnWarning",
    "ImageSizeError",
    "ImmutableError",
    "InfiniteValueWarning",
    "InterruptedWarning",
    "LabelError",
    "LinearFallbackWarning",
    "MemoryBudgetError",
    "MissingColumnError",
    "MissingExtra",
    "MixedTypeWarning",
    "ModelFileError",
    "NewerVersionError",
    "NoGradientError",
    "NonFiniteGradientWarning",
    "NotADiaboloFileError",
    "NotHardenedWarning",
    "NumbersAsTextWarning",
    "OutOfRangeWarning",
    "OutputError",
    "OutputExistsError",
    "OvercompleteError",
    "OverfittingWarning",
    "ParameterError",
    "ProbabilityWarning",
    "SaturatedLossWarning",
    "SchemaError",
    "SingleExampleWarning",
    "SmallGroupWarning",
    "TargetError",
    "TimesAsTextWarning",
    "TooFewClassesWarning",
    "TooFewRowsError",
    "TrainingModeWarning",
    "TruncatedFileError",
    "UnfilledWarning",
    "UnknownCategoryWarning",
    "UnsupportedFileError",
    "VictimError",
]


class DiaboloError(Exception):
    """Root of all errors that Diabolo raises for a mistake a person can mend."""


class DataError(DiaboloError, ValueError):
    """The data cannot be used as they are."""


class EmptyDataError(DataError):
    """There is no row, or nothing at all, in the data."""


class TooFewRowsError(DataError):
    """There are rows, but fewer than a model can be judged with."""


class DuplicateColumnError(DataError):
    """Two columns carry one name."""


class MissingColumnError(DataError):
    """A column the model was fitted with is absent."""


class ImageSizeError(DataError):
    """Images differ in height, width or number of channels."""


class LabelError(DataError):
    """Labels do not fit the rows, contradict each other or are too few."""


class UnsupportedFileError(DataError):
    """The file is of a kind that cannot be read."""


class MemoryBudgetError(DataError):
    """The computation would need more memory than there is."""


class SchemaError(DiaboloError, ValueError):
    """A schema does not fit the data or is not well formed."""


class ParameterError(DiaboloError, ValueError):
    """A parameter lies outside what is allowed."""


class OvercompleteError(ParameterError):
    """The code is as wide as the data, so that copying is the optimum."""


class ArchitectureError(ParameterError):
    """The architecture does not fit the kind of data."""


class CapabilityError(DiaboloError, ValueError):
    """The model cannot do what is asked of it: decode, say."""


class AbsentAbilityError(CapabilityError, AttributeError):
    """The model has no such method, by its nature; others have."""


class BoundsError(DataError):
    """Rows lie outside their bounds, or an attack needs bounds that were not given."""


class EpsilonError(ParameterError):
    """The size of a change is not positive, or larger than the whole range of the data."""


class ImmutableError(ParameterError):
    """Nothing is left that an attack may change."""


class TargetError(LabelError):
    """The target of an attack is the label that the model gives already."""


class NoGradientError(CapabilityError):
    """The model gives no gradient with respect to its input."""


class VictimError(CapabilityError):
    """The model is not one that an attack knows how to ask."""


class DivergenceError(DiaboloError, ArithmeticError):
    """Training met a loss that is not a finite number."""


class CheckpointError(DiaboloError, ValueError):
    """A run directory cannot be resumed with these parameters or data."""


class ModelFileError(DiaboloError, ValueError):
    """A model file cannot be loaded."""


class NotADiaboloFileError(ModelFileError):
    """The file was not written by Diabolo."""


class TruncatedFileError(ModelFileError):
    """The file ends before its content does."""


class ChecksumError(ModelFileError):
    """The content of the file is not what was written."""


class NewerVersionError(ModelFileError):
    """The file was written by a newer Diabolo."""


class OutputError(DiaboloError, OSError):
    """A file cannot be written."""


class OutputExistsError(OutputError):
    """The file to write exists already."""


class DiskFullError(OutputError):
    """There is no space left; the old file is intact."""


class MissingExtra(DiaboloError, ImportError):
    """An optional package is needed and absent."""


class DiaboloWarning(UserWarning):
    """Root of all warnings: something was done differently from what one might expect."""


class ConstantColumnWarning(DiaboloWarning):
    """A column holds one value and carries no information."""


class EmptyColumnWarning(DiaboloWarning):
    """A column holds no value at all."""


class IdentifierColumnWarning(DiaboloWarning):
    """A column names its rows instead of describing them."""


class InfiniteValueWarning(DiaboloWarning):
    """Infinite numbers are treated as missing."""


class OutOfRangeWarning(DiaboloWarning):
    """Numbers lie outside what their column can hold."""


class MixedTypeWarning(DiaboloWarning):
    """A column mixes types and is read as text."""


class NumbersAsTextWarning(DiaboloWarning):
    """A text column holds numbers and is read as such."""


class TimesAsTextWarning(DiaboloWarning):
    """A text column holds dates or times and is read as such."""


class AmbiguousTextWarning(DiaboloWarning):
    """A text column holds dates or numbers that can be read in two ways, and stays text."""


class UnknownCategoryWarning(DiaboloWarning):
    """A category was never seen in training."""


class UnfilledWarning(DiaboloWarning):
    """Gaps stay in columns that a model left out."""


class ExtraColumnWarning(DiaboloWarning):
    """A column was not there in training and is ignored."""


class DamagedCheckpointWarning(DiaboloWarning):
    """A checkpoint is damaged and an older one is used."""


class CollapseWarning(DiaboloWarning):
    """The reconstruction ignores the code: it is no better than the mean."""


class DeadDimensionWarning(DiaboloWarning):
    """A latent dimension does not vary with the data."""


class SmallGroupWarning(DiaboloWarning):
    """A group has one row, and nothing about it is an average."""


class OverfittingWarning(DiaboloWarning):
    """Held-out rows are rebuilt much worse than training rows."""


class CatastrophicOverfittingWarning(DiaboloWarning):
    """A hardened classifier withstands the search of its training and falls for a better one."""


class NotHardenedWarning(DiaboloWarning):
    """A classifier that was trained to withstand changes withstands hardly any."""


class LinearFallbackWarning(DiaboloWarning):
    """The networks were not clearly better than PCA, and the model starts from the principal components or is them."""


class DivergenceWarning(DiaboloWarning):
    """Training met a non-finite loss and went on at a lower learning rate."""


class InterruptedWarning(DiaboloWarning):
    """Training was stopped by hand and the best model so far is kept."""


class SingleExampleWarning(DiaboloWarning):
    """A class has one labeled example, which cannot be left out for a check."""


class AmbiguousLabelWarning(DiaboloWarning):
    """The label -1 may mean a class or an unknown label."""


class AlreadyWrongWarning(DiaboloWarning):
    """Every row is labeled wrong before the attack, and nothing is left to break."""


class NonFiniteGradientWarning(DiaboloWarning):
    """The gradient of some rows is not finite, and their search ends there."""


class ProbabilityWarning(DiaboloWarning):
    """A model seems to give probabilities where an attack needs logits."""


class SaturatedLossWarning(DiaboloWarning):
    """The gradient of the cross-entropy vanished, and the margin of the logits was ascended instead."""


class TooFewClassesWarning(DiaboloWarning):
    """A loss needs more classes than there are, and the margin was used instead."""


class TrainingModeWarning(DiaboloWarning):
    """A model was in training mode and is attacked in evaluation mode."""
