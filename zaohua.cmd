@echo off
rem The one entry on Windows. UNTESTED: it has not run on a Windows machine yet; the tested launcher is ./zaohua, which also runs in Git Bash.
rem Looks at ZAOHUA_JAVA_HOME, JAVA_HOME, the PATH and the usual folders for a JDK 25 or newer; builds once (delete .zaohua\run to build again).
rem No delayed expansion: it would take the exclamation marks out of prompts.
setlocal disabledelayedexpansion
set "ROOT=%~dp0"
set "JDK="
if defined ZAOHUA_JAVA_HOME (
  call :try "%ZAOHUA_JAVA_HOME%"
  if not defined JDK goto :build_failed
echo The build failed; the whole log is in %ROOT%.zaohua\build.log. 1>&2
exit /b 1

:wrong_home
)
call :try "%JAVA_HOME%"
for %%J in (javac.exe) do if not "%%~$PATH:J"=="" call :try "%%~dp$PATH:J.."
for /d %%H in ("%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Microsoft\jdk*" "%ProgramFiles%\Zulu\*" "%USERPROFILE%\.jdks\*") do call :try "%%~H"
if not defined JDK (
  echo Zaohua needs a JDK 25 or newer and found none: install one ^(for example Eclipse Temurin 25^) or set JAVA_HOME to it. 1>&2
  exit /b 1
)
set "JAVA_HOME=%JDK%"
if "%~1"=="test" goto :test
if "%~1"=="train" goto :train
if exist "%ROOT%.zaohua\run" goto :run

call :need_maven || exit /b 1
echo Building Zaohua ^(log: %ROOT%.zaohua\build.log^) ... 1>&2
if not exist "%ROOT%.zaohua" mkdir "%ROOT%.zaohua"
call mvn -B -ntp -f "%ROOT%pom.xml" -pl model,engine,tensor,learn,app package -DskipTests -DwithoutNatives dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=%ROOT%app\target\lib" > "%ROOT%.zaohua\build.log" 2>&1
if errorlevel 1 goto :build_failed
rem Filled under another name: a build cut off is not taken for a whole one.
if exist "%ROOT%.zaohua\run.part" rmdir /s /q "%ROOT%.zaohua\run.part"
mkdir "%ROOT%.zaohua\run.part"
copy /y "%ROOT%app\target\lib\*.jar" "%ROOT%.zaohua\run.part" >nul || exit /b 1
for %%M in (model engine tensor learn app) do copy /y "%ROOT%%%M\target\zaohua-%%M-*.jar" "%ROOT%.zaohua\run.part" >nul || exit /b 1
del /q "%ROOT%.zaohua\run.part\*-tests.jar" "%ROOT%.zaohua\run.part\*-sources.jar" "%ROOT%.zaohua\run.part\*-javadoc.jar" 2>nul
ren "%ROOT%.zaohua\run.part" run || exit /b 1

:run
"%JDK%\bin\java" -XX:+UseSerialGC -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED %ZAOHUA_JAVA_OPTS% -cp "%ROOT%.zaohua\run\*" io.zaohua.app.Main %*
exit /b %errorlevel%

:test
call :need_maven || exit /b 1
set OPTIONS=%*
set OPTIONS=%OPTIONS:*test=%
if defined OPTIONS set OPTIONS=%OPTIONS:--all=-Pall%
call mvn -B -ntp -f "%ROOT%pom.xml" %OPTIONS% verify
exit /b %errorlevel%

:train
echo Training needs libtorch, which this launcher does not fetch: run ./zaohua train in Git Bash. 1>&2
exit /b 1

:build_failed
echo The build failed; the whole log is in %ROOT%.zaohua\build.log. 1>&2
exit /b 1

:wrong_home
echo ZAOHUA_JAVA_HOME is "%ZAOHUA_JAVA_HOME%", which is not a JDK 25 or newer with javac; point it at one, or unset it. 1>&2
exit /b 1

:need_maven
where mvn >nul 2>nul && exit /b 0
echo Building Zaohua needs Apache Maven 3.8 or newer, and there is no mvn on the PATH. 1>&2
exit /b 1

:try
if defined JDK exit /b 0
if "%~1"=="" exit /b 0
if not exist "%~1\release" exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
for /f "tokens=2 delims==" %%V in ('findstr /b "JAVA_VERSION=" "%~1\release"') do (
  for /f "tokens=1 delims=.-+" %%N in ("%%~V") do if %%N GEQ 25 set "JDK=%~1"
)
exit /b 0
